"""The real setuptools and build, over members as a workspace has them."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import metadata

Write = Callable[..., Path]

PAINT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "paint"
version = "1.0.0"
readme = "README.md"
dynamic = ["optional-dependencies"]
[project.scripts]
paint = "paint:main"
[tool.setuptools]
packages = ["paint", "paint.tools"]
"""
PAINT_SETUP = """
from setuptools import setup
setup(extras_require={"oil": ["linseed"]})
"""
FILES = {"pyproject.toml": PAINT, "setup.py": PAINT_SETUP, "README.md": "Colours. \u00dcber all.\n"}


@pytest.fixture
def root(tmp_path: Path, write: Write) -> Path:
    """A workspace with one library."""
    for name, text in FILES.items():
        write(tmp_path / "lib/paint" / name, text)
    write(tmp_path / "lib/paint/paint/tools/__init__.py", "raise ImportError('code does not run')")
    return tmp_path


def locked(root: Path) -> metadata.Metadata:
    """Return what the lock would have of the library."""
    return metadata.read(root)["lib/paint"]


def test_what_the_backend_makes_of_the_manifests(root: Path) -> None:
    files = locked(root)["metadata"]
    info = "paint-1.0.0.dist-info"
    assert list(files) == [
        f"{info}/METADATA",
        f"{info}/entry_points.txt",
        f"{info}/top_level.txt",
    ]
    assert '\nRequires-Dist: linseed; extra == "oil"\n' in files[f"{info}/METADATA"]
    assert files[f"{info}/METADATA"].endswith(f"\n\n{FILES['README.md']}")
    assert files[f"{info}/entry_points.txt"] == "[console_scripts]\npaint = paint:main\n"


def test_the_digests_of_the_manifests(root: Path, write: Write) -> None:
    write(root / "lib/paint/README-de.md", "No manifest.")
    write(root / "lib/paint/README.d/more.md", "Nor this.")
    write(root / "lib/paint/README.md~", "Nor this.")
    assert locked(root)["manifests"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()
    }


def test_the_checkout_is_left_alone(root: Path) -> None:
    before = sorted(root.rglob("*"))
    locked(root)
    assert sorted(root.rglob("*")) == before


def test_a_backend_that_fails_says_why(root: Path, write: Write) -> None:
    write(root / "lib/paint/setup.py", "raise ValueError('no such colour')")
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "the build backend of lib/paint failed; correct its pyproject.toml or setup.py "
        "(the members of the workspace are built with setuptools)"
    )
    assert "ValueError: no such colour" in caught.value.details


def test_a_backend_that_is_not_there(root: Path, write: Write) -> None:
    write(root / "lib/paint/pyproject.toml", PAINT.replace("setuptools.build_meta", "cobol.api"))
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message.endswith("are built with setuptools)")
    assert caught.value.details == "Backend 'cobol.api' is not available."


def test_a_build_system_of_another_shape(root: Path, write: Write) -> None:
    write(root / "lib/paint/pyproject.toml", PAINT.replace('["setuptools"]', "1"))
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message.startswith("lib/paint/pyproject.toml: Failed to validate")
    assert caught.value.message.endswith("; correct it")
