"""With the real uv: what it runs, and what it does not run."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.lock.python import uv_lock
from please_cli.lock.python.indexes import Indexes

Write = Callable[..., Path]

# Says what it requires only when it runs, and leaves a trace of that.
BACKEND = """
import pathlib

pathlib.Path({trace!r}).touch()

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = pathlib.Path(directory, "nail-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\\nName: nail\\nVersion: 1.0\\nRequires-Dist: iron\\n"
    )
    return info.name

def build_wheel(*arguments, **options):
    raise NotImplementedError

build_sdist = build_wheel
"""
NAIL = """
[build-system]
requires = ["hammer"]
build-backend = "backend"
backend-path = ["."]
[project]
name = "nail"
version = "1.0"
dynamic = ["dependencies"]
"""
STATED = {"name": "nail", "version": "1.0", "requires-dist": ["steel"]}


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A file that is there as soon as code of a package runs."""
    return tmp_path / "trace"


@pytest.fixture
def root(tmp_path: Path, write: Write, index: Any, trace: Path) -> Path:
    """A workspace that requires a source distribution without static metadata."""
    root = tmp_path / "work"
    write(
        root / "pyproject.toml",
        '[project]\nname = "work"\nversion = "0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["nail"]\n',
    )
    index.sdist("nail", "1.0", NAIL, {"backend.py": BACKEND.format(trace=str(trace))})
    for name in ("hammer", "iron", "steel"):
        index.wheel(name, "1.0")
    return root


def locked(root: Path) -> set[str]:
    return {each["name"] for each in tomllib.loads((root / "uv.lock").read_text())["package"]}


def test_a_backend_runs_where_that_is_allowed(root: Path, trace: Path) -> None:
    assert not uv_lock.make(root, root, Indexes.configured())
    assert locked(root) == {"work", "nail", "iron"}
    assert trace.exists()


def test_no_backend_runs_where_metadata_are_given(root: Path, trace: Path) -> None:
    said = uv_lock.make(root, root, Indexes.configured(), given=[])
    assert said.startswith("error: Failed to build `nail==1.0`")
    assert not trace.exists()
    assert not uv_lock.make(root, root, Indexes.configured(), given=[STATED])
    assert locked(root) == {"work", "nail", "steel"}
    assert not trace.exists()


def test_no_package_that_a_build_requires_runs_either(
    root: Path, index: Any, write: Write, trace: Path
) -> None:
    """Python imports what a .pth file of an environment says before it does anything else."""
    write(
        root / "pyproject.toml",
        '[project]\nname = "work"\nversion = "0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["screw"]\n',
    )
    code = f"import pathlib; pathlib.Path({str(trace)!r}).touch()"
    index.wheel("driver", "1.0", files={"driver.pth": code})
    manifest = '[build-system]\nrequires = ["driver"]\nbuild-backend = "driver"\n'
    index.sdist("screw", "1.0", manifest, {"screw.py": ""})
    said = uv_lock.make(root, root, Indexes.configured(), given=[])
    assert "error: Failed to build `screw==1.0`" in said
    assert not trace.exists()
    uv_lock.make(root, root, Indexes.configured())
    assert trace.exists()


def test_what_the_workspace_states_counts(root: Path, trace: Path) -> None:
    with (root / "pyproject.toml").open("a") as manifest:
        manifest.write(
            '[[tool.uv.dependency-metadata]]\nname = "nail"\nversion = "1.0"\n'
            'requires-dist = ["steel"]\n'
        )
    assert not uv_lock.make(root, root, Indexes.configured(), given=[])
    assert locked(root) == {"work", "nail", "steel"}
    assert not trace.exists()


def test_the_message_of_uv(root: Path) -> None:
    (root / "pyproject.toml").write_text("[project]\n")
    said = uv_lock.make(root, root, Indexes.configured(), given=[])
    assert "`project.name`" in said
    assert "Using CPython" not in said
    assert str(root / "pyproject.toml") not in said
