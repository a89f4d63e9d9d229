"""What the lock has of members, of what their build backends say."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import metadata, survey, unsandboxed

Write = Callable[..., Path]


def locked(root: Path) -> dict[str, Any]:
    """Return what the lock would have of the library."""
    return metadata.entries(survey.read(root), {}, unsandboxed.asking({}))["paint"]


def test_what_the_lock_has_of_a_member(paint: Path) -> None:
    found = locked(paint)
    keys = ["version", "directory", "manifests", "metadata", "declares", "build", "plain"]
    assert list(found) == keys
    assert found["build"] == "setuptools"
    assert (found["version"], found["directory"]) == ("1.0.0", "lib/paint")
    assert found["declares"] == {"requires": [], "extras": {"oil": ["linseed"]}}


def test_another_name_than_that_of_the_directory(paint: Path, write: Write) -> None:
    write(
        paint / "lib/varnish/pyproject.toml",
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    )
    write(
        paint / "lib/varnish/setup.py",
        "import setuptools\nsetuptools.setup(name='lacquer', version='1', packages=[])\n",
    )
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message == (
        "lib/varnish/pyproject.toml: the project is named lacquer, its directory varnish; give "
        "both one name"
    )


def test_the_name_of_the_workspace(paint: Path, write: Write) -> None:
    write(paint / "src/services/pyproject.toml", '[project]\nname = "services"\nversion = "1"\n')
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message == (
        "src/services: 'services' is the name of the workspace itself; take another"
    )


def answers(files: dict[str, str], *differences: str) -> tuple[list[str], metadata.Ask]:
    """Return a function that answers as the sandbox does, and the names that it is asked for."""
    asked: list[str] = []

    def ask(members: Sequence[survey.Surveyed]) -> dict[str, metadata.Answer]:
        asked.extend(each.member.key for each in members)
        return {each.member.key: metadata.Answer(files, differences) for each in members}

    return asked, ask


def test_a_plain_member_is_asked_once(paint: Path) -> None:
    asked, ask = answers(locked(paint)["metadata"])
    first = metadata.entries(survey.read(paint), {}, ask)
    assert first["paint"]["plain"] is not None
    assert metadata.entries(survey.read(paint), first, ask) == first
    assert asked == ["paint"]


def test_a_member_whose_copy_would_differ_is_built_and_asked_again(paint: Path) -> None:
    asked, ask = answers(locked(paint)["metadata"], "paint/x.py is in the wheel alone")
    first = metadata.entries(survey.read(paint), {}, ask)
    assert first["paint"]["plain"] is None
    ((name, text),) = first["paint"]["metadata"].items()
    assert name == "paint-1.0.0.dist-info/METADATA"
    assert "Colours" not in text, "the description is in the wheel alone"
    metadata.entries(survey.read(paint), first, ask)
    assert asked == ["paint", "paint"]
