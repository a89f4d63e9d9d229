"""A manifest is read, or an error says what is wrong with it."""

from pathlib import Path

import pytest
from please_cli import pyproject
from please_cli.errors import UserError


def test_content(tmp_path: Path) -> None:
    manifest = tmp_path / "pyproject.toml"
    manifest.write_text('[project]\nname = "paint"\n', encoding="utf-8")
    assert pyproject.load(manifest) == {"project": {"name": "paint"}}


@pytest.mark.parametrize("content", [b"[project", b"name = '\xff'"])
def test_not_toml(tmp_path: Path, content: bytes) -> None:
    manifest = tmp_path / "pyproject.toml"
    manifest.write_bytes(content)
    with pytest.raises(UserError) as caught:
        pyproject.load(manifest)
    assert caught.value.message.startswith(f"{manifest}: not TOML: ")
    assert caught.value.message.endswith("; correct it")


def test_tool_is_a_table(tmp_path: Path) -> None:
    manifest = tmp_path / "pyproject.toml"
    manifest.write_text("tool = []\n", encoding="utf-8")
    for read in (pyproject.load, pyproject.services):
        with pytest.raises(UserError) as caught:
            read(manifest)
        assert caught.value.message == f"{manifest}: tool is not a table; write [tool.<name>]"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text("", encoding="utf-8")
    manifest = tmp_path / "pyproject.toml"
    manifest.symlink_to("elsewhere.toml")
    with pytest.raises(UserError) as caught:
        pyproject.load(manifest)
    assert caught.value.message == (
        f"{manifest} is not a regular file; put the manifest itself there"
    )


def test_no_file(tmp_path: Path) -> None:
    manifest = tmp_path / "pyproject.toml"
    with pytest.raises(UserError) as caught:
        pyproject.load(manifest)
    assert caught.value.message == f"{manifest}: No such file or directory; make it readable"
