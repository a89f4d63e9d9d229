import hashlib
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import sdist
from please_cli.lock.python.files import Files
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.sdist import spelled

PYTHON = Interpreter("3.11.2", (2, 36))

PYPROJECT = """
[build-system]
requires = ["Flit_Core >=3.2,<4", "tomli; python_version < '3.11'", "cython"]
"""


def build_requires(address: str, artifact: dict[str, Any], python: Interpreter) -> list[str]:
    with Files() as files:
        return sdist.build_requires(address, {"size": 1 << 20, **artifact}, python, files)


def test_the_build_system_of_an_sdist(index: Any, tmp_path: Path) -> None:
    digest = index.sdist("paint", "1.0", PYPROJECT)
    artifact = {"file": "paint-1.0.tar.gz", "sha256": digest}
    path = tmp_path / "simple/paint/paint-1.0.tar.gz"
    assert build_requires(str(path), artifact, PYTHON) == ["cython", "flit-core<4,>=3.2"]
    assert build_requires(path.as_uri(), artifact, PYTHON) == ["cython", "flit-core<4,>=3.2"]


@pytest.mark.parametrize("pyproject", [None, "[tool.x]\n"])
def test_no_build_system_is_setuptools(index: Any, tmp_path: Path, pyproject: str | None) -> None:
    digest = index.sdist("paint", "1.0", pyproject)
    path = tmp_path / "simple/paint/paint-1.0.tar.gz"
    artifact = {"file": path.name, "sha256": digest}
    assert build_requires(str(path), artifact, PYTHON) == ["setuptools"]


def test_another_file_than_the_one_resolved(tmp_path: Path) -> None:
    path = tmp_path / "paint-1.0.tar.gz"
    path.write_bytes(b"tampered with")
    with pytest.raises(UserError) as caught:
        build_requires(str(path), {"file": path.name, "sha256": "0"}, PYTHON)
    assert caught.value.message == (
        "paint-1.0.tar.gz is not the file that the package index lists: its sha256 differs; run "
        "`./please lock` again, or ask who runs the index"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    address = (tmp_path / "paint-1.0.tar.gz").as_uri()
    with pytest.raises(UserError) as caught:
        build_requires(address, {"file": "paint-1.0.tar.gz", "sha256": "0"}, PYTHON)
    assert caught.value.message.startswith(
        "cannot fetch paint-1.0.tar.gz: [Errno 2] No such file or directory: "
    )
    assert caught.value.message.endswith(
        "; check the network and pip's configuration (`pip config list`), then run "
        "`./please lock` again"
    )


def test_more_than_the_lock_allows(tmp_path: Path) -> None:
    path = tmp_path / "paint-1.0.tar.gz"
    path.write_bytes(b"12345")
    with pytest.raises(UserError) as caught:
        build_requires(str(path), {"file": path.name, "sha256": "0", "size": 4}, PYTHON)
    assert caught.value.message == (
        "paint-1.0.tar.gz: the index sent more than the 4 bytes that the file may have; ask the "
        "owner of the index"
    )


@pytest.mark.parametrize(
    ("pyproject", "why"),
    [
        ("= bad", "Invalid statement (at line 1, column 1)"),
        ("build-system = 3", "'int' object has no attribute 'get'"),
        ("[build-system]\nrequires = 5", "requires is not a list of requirements"),
        ("[build-system]\nrequires = 'a'", "requires is not a list of requirements"),
        ("[build-system]\nrequires = ['= = =']", "Expected package name at the start"),
    ],
)
def test_a_build_system_of_another_shape(
    index: Any, tmp_path: Path, pyproject: str, why: str
) -> None:
    digest = index.sdist("paint", "1.0", pyproject)
    path = tmp_path / "simple/paint/paint-1.0.tar.gz"
    with pytest.raises(UserError) as caught:
        build_requires(str(path), {"file": path.name, "sha256": digest}, PYTHON)
    assert caught.value.message.startswith(
        f"paint-1.0.tar.gz: [build-system] of its pyproject.toml cannot be read: {why}"
    )
    assert caught.value.message.endswith("; ask for another version in the manifest that names it")


@pytest.mark.parametrize("name", ["paint-1.0.tar.gz", "paint-1.0.zip"])
def test_a_broken_archive(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not an archive")
    digest = hashlib.sha256(b"not an archive").hexdigest()
    with pytest.raises(UserError, match="cannot be read: "):
        build_requires(str(tmp_path / name), {"file": name, "sha256": digest}, PYTHON)


def test_names_are_normalized() -> None:
    assert spelled(["Poetry.Core>=1", "poetry_core"], PYTHON) == ["poetry-core", "poetry-core>=1"]
