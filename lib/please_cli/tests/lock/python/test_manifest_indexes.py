from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import manifest_indexes
from please_cli.lock.python.package_index import Index


def read(root: Path, text: str) -> dict[str, Index]:
    (root / "pyproject.toml").write_text(f"[[tool.uv.index]]\n{text}\n")
    return dict(manifest_indexes.read(root))


def test_an_explicit_index(tmp_path: Path) -> None:
    text = 'name = "mine"\nurl = "https://company/simple"\nexplicit = true'
    assert read(tmp_path, text) == {"mine": Index("mine", "https://company/simple")}
    text += '\nformat = "flat"'
    assert read(tmp_path, text)["mine"].is_flat


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            'url = "https://u:pw@h/s"\nexplicit = true',
            "'https://h/s' of [[tool.uv.index]] needs a name of its own; give it one",
        ),
        (
            'name = "find-links-2"\nurl = "https://h/s"\nexplicit = true',
            "'find-links-2' of [[tool.uv.index]] needs a name of its own; give it one",
        ),
        (
            'name = "mine"\nurl = "https://h/s"',
            "'mine' of [[tool.uv.index]] is not explicit; name an index for every package in "
            "pip's configuration, or set `explicit = true` and name its packages in "
            "[tool.uv.sources]",
        ),
        (
            'name = "mine"\nurl = "https://u:pw@h/s"\nexplicit = true',
            "'mine' of [[tool.uv.index]] has a login in its URL; put that into ~/.netrc",
        ),
    ],
)
def test_an_index_that_cannot_be_locked(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert caught.value.message == f"pyproject.toml: the index {wrong}"
