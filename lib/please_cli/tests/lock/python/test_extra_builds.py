"""The setting of the workspace for what source distributions need to be built."""

from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import extra_builds

Write = Callable[..., Path]
WHERE = "pyproject.toml: [tool.uv.extra-build-dependencies]"


def test_requirements_by_name(tmp_path: Path, write: Write) -> None:
    table = '[tool.uv.extra-build-dependencies]\nOld_Style = ["CFFI >= 1", "six"]\nnone = []\n'
    write(tmp_path / "pyproject.toml", table)
    assert extra_builds.read(tmp_path) == {"old-style": ["CFFI>=1", "six"], "none": []}


def test_a_workspace_without_them(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "pyproject.toml", "[project]\n")
    assert extra_builds.read(tmp_path) == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("extra-build-dependencies = 1", f"{WHERE} is not a table; correct it"),
        (
            'extra-build-dependencies.old = "cffi"',
            f'{WHERE}: old is not a list of requirements, such as ["cffi"]; correct it',
        ),
        (
            "extra-build-dependencies.old = [{ requirement = 'cffi' }]",
            f'{WHERE}: old is not a list of requirements, such as ["cffi"]; correct it',
        ),
    ],
)
def test_something_else(tmp_path: Path, write: Write, value: str, expected: str) -> None:
    write(tmp_path / "pyproject.toml", f"[tool.uv]\n{value}\n")
    with pytest.raises(UserError) as caught:
        extra_builds.read(tmp_path)
    assert caught.value.message == expected


def test_a_requirement_that_is_broken(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "pyproject.toml", "[tool.uv.extra-build-dependencies]\nold = ['a b']\n")
    with pytest.raises(UserError) as caught:
        extra_builds.read(tmp_path)
    assert caught.value.message.startswith(f"{WHERE}: old: ")
    assert caught.value.message.endswith("; correct it")
