"""The backend of an sdist says what its wheel would require."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import describe_sdist
import pytest
from wheels import sdist

Describe = Callable[[Mapping[str, str]], str]

SETUP = """\
from setuptools import setup
setup(name="sample", version="1.0", install_requires=["a"])
"""
# A backend that can do no more than PEP 517 asks of it.
WHEEL_ALONE = """\
from setuptools.build_meta import build_sdist, build_wheel
"""
IN_TREE = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


@pytest.fixture
def describe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Describe:
    """Return what the step makes of an sdist of some files."""

    def run(files: Mapping[str, str]) -> str:
        archive = sdist(tmp_path, "sample", files)
        (tmp_path / "work").mkdir()
        monkeypatch.chdir(tmp_path / "work")
        variables = {
            "artifact": str(archive),
            # The environment of the tests has setuptools.
            "environment": sys.prefix,
            "PYTHONPATH": "",
            "file": archive.name,
            "out": str(tmp_path / "out"),
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        describe_sdist.main()
        return (tmp_path / "out").read_text()

    return run


def test_setuptools(describe: Describe) -> None:
    assert "\nRequires-Dist: a\n" in describe({"setup.py": SETUP})


def test_a_backend_that_only_builds(describe: Describe) -> None:
    files = {"setup.py": SETUP, "pyproject.toml": IN_TREE, "backend.py": WHEEL_ALONE}
    assert "\nRequires-Dist: a\n" in describe(files)


def test_a_backend_that_fails(describe: Describe, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"error: sample-1\.0\.tar\.gz does not build"):
        describe({"setup.py": "raise ValueError('no such thing')\n"})
    assert "ValueError: no such thing" in capfd.readouterr().err
