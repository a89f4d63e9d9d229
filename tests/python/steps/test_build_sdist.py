"""Sdists are built with their own backends, and nothing is downloaded for them."""

import sys
from collections.abc import Mapping
from pathlib import Path

import build_sdist
import pytest
from prefix import SITE_PACKAGES
from wheels import sdist, unzip

pytestmark = pytest.mark.builds

SETUP = "from setuptools import setup\nsetup(name='sample', version='1.0', py_modules=['sample'])\n"
PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "sample"
version = "1.0"
"""
IN_TREE = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["building"]
"""
# A backend that leaves a note of its surroundings in the wheel.
BACKEND = """\
import os
from pathlib import Path
from setuptools import build_meta

def build_wheel(*arguments):
    Path("sample.py").write_text("epoch = " + os.environ["SOURCE_DATE_EPOCH"])
    return build_meta.build_wheel(*arguments)
"""


class Step:
    """The build step with its environment, in a directory of the test."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.monkeypatch = monkeypatch

    def run(self, files: Mapping[str, str], top: str = "") -> Path:
        """Build and install an sdist of some files; return its site-packages."""
        archive = sdist(self.directory, "sample", files, top=top)
        work = self.directory / "work"
        work.mkdir()
        self.monkeypatch.chdir(work)
        variables = {
            **dict.fromkeys(["loader", "libc", "cxx", "patchelf", "strip"], "/none"),
            "SOURCE_DATE_EPOCH": "0",  # which the step sets to its own value
            "artifact": str(archive),
            # The environment of the tests has setuptools.
            "environment": sys.prefix,
            "PYTHONPATH": "",
            "busybox": unzip()[0],
            "file": archive.name,
            "out": str(self.directory / "out"),
        }
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        # They are set here.
        self.monkeypatch.setattr(build_sdist, "load", lambda: None)
        build_sdist.main()
        return self.directory / "out" / SITE_PACKAGES


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    return Step(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "manifest", [{"setup.py": SETUP}, {"pyproject.toml": PYPROJECT}], ids=["setup.py", "pyproject"]
)
def test_setuptools(step: Step, manifest: Mapping[str, str]) -> None:
    site = step.run({**manifest, "sample.py": "answer = 42\n"})
    assert (site / "sample.py").read_text() == "answer = 42\n"
    assert (site / "sample-1.0.dist-info/INSTALLER").read_text() == "nix\n"


def test_a_backend_in_the_source_tree(step: Step) -> None:
    files = {"pyproject.toml": IN_TREE, "setup.py": SETUP, "building/backend.py": BACKEND}
    site = step.run(files)
    assert (site / "sample.py").read_text() == "epoch = 315532800"


def test_a_backend_that_is_not_at_hand(step: Step) -> None:
    manifest = PYPROJECT.replace("setuptools.build_meta", "cobol.api")
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": manifest})
    assert str(raised.value) == (
        "error: sample-1.0.tar.gz does not build: there is no build backend cobol.api. If it needs "
        "other versions to be built, bound them in build-constraint-dependencies of [tool.uv] in "
        "pyproject.toml and run ./please lock --upgrade NAME; or lock another version."
    )


def test_a_backend_that_fails(step: Step, capfd: pytest.CaptureFixture[str]) -> None:
    begin = r"error: sample-1\.0\.tar\.gz does not build \(see above\)\. If it needs other versions"
    with pytest.raises(SystemExit, match=begin):
        step.run({"setup.py": "raise ValueError('no such thing')\n"})
    assert "ValueError: no such thing" in capfd.readouterr().err


def test_not_one_top_directory(step: Step) -> None:
    files = {"sample-1.0/setup.py": SETUP, "other/setup.py": SETUP}
    with pytest.raises(SystemExit) as raised:
        step.run(files, top="./")
    assert str(raised.value) == (
        "error: sample-1.0.tar.gz is not a sound sdist: it has 2 files and directories at its top, "
        "not one directory. Report it to its maintainers and lock another version."
    )


def test_a_path_must_stay_in_the_source_tree(step: Step, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"setup.py": SETUP, "../../../escaped": ""})
    assert str(raised.value) == (
        "error: sample-1.0.tar.gz is not a sound sdist: sample-1.0/../../../escaped is "
        "outside of its directory. Report it to its maintainers and lock another version."
    )
    assert not list(tmp_path.rglob("escaped"))


def test_an_extension_module_says_that_there_is_no_compiler(step: Step) -> None:
    setup = (
        "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"
    )
    with pytest.raises(SystemExit) as raised:
        step.run({"setup.py": setup.replace("setup(", "setup(name='sample', "), "x.c": ""})
    assert str(raised.value) == (
        "error: sample-1.0.tar.gz does not build (see above). Builds have no compiler, because the "
        "toolchain makes no extension modules: take them from a package with wheels, such as "
        "psycopg2-binary in place of psycopg2."
    )
