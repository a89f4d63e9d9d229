"""What manifests say, without their build backends."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import survey

Write = Callable[..., Path]


def test_the_members_are_in_the_checkout(paint: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (paint / "lib").rename(elsewhere)
    (paint / "lib").symlink_to(elsewhere)
    with pytest.raises(UserError) as caught:
        survey.read(paint)
    assert caught.value.message == (
        "lib/ is a symbolic link; put the directory itself there, because nothing outside of the "
        "checkout is locked"
    )


def test_the_digests_of_the_manifests(paint: Path, write: Write) -> None:
    manifests = [paint / "lib/paint" / name for name in ("README.md", "pyproject.toml", "setup.py")]
    expected = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in manifests}
    write(paint / "lib/paint/README-de.md", "No manifest.")
    write(paint / "lib/paint/README.d/more.md", "Nor this.")
    write(paint / "lib/paint/README.md~", "Nor this.")
    assert survey.read(paint)[0].digests == expected


@pytest.mark.parametrize("text", ["", '[build-system]\nrequires = ["setuptools"]\n'])
def test_a_manifest_that_describes_no_project(paint: Path, write: Write, text: str) -> None:
    write(paint / "src/door/pyproject.toml", text)
    with pytest.raises(UserError) as caught:
        survey.read(paint)
    assert caught.value.message == (
        "src/door/pyproject.toml has no table [project]; give the project a name and a version "
        "there (README.md, 'Adding a service')"
    )


def test_a_build_system_of_another_shape(paint: Path, write: Write) -> None:
    manifest = paint / "lib/paint/pyproject.toml"
    write(manifest, manifest.read_text().replace('["setuptools"]', "1"))
    with pytest.raises(UserError) as caught:
        survey.read(paint)
    assert caught.value.message == (
        "lib/paint/pyproject.toml: [build-system] requires is not a list of requirements, such as "
        '["setuptools"]; correct it'
    )
