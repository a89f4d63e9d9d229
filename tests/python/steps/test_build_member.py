"""A member is built by its own backend, and what becomes of each of its files is known."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import build_member
import pytest
from build_backend import advice
from prefix import SITE_PACKAGES
from wheels import unzip

pytestmark = pytest.mark.builds

MANIFEST = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "sample"
version = "1.0"

[tool.setuptools]
packages = ["sample"]
"""
# A backend that makes a file, and asks for what nobody gives it.
IN_TREE = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["building"]

[project]
name = "sample"
version = "1.0"
"""
BACKEND = """\
from setuptools.build_meta import build_wheel

def get_requires_for_build_wheel(config_settings=None):
    return ["setuptools>=1", "cobol>=4", "ada; sys_platform == 'win32'"]
"""
SETUP = """\
from pathlib import Path
from setuptools import setup
from setuptools.command.build_py import build_py

class Make(build_py):
    def run(self):
        super().run()
        Path(self.build_lib, "sample/made.py").touch()

setup(cmdclass={"build_py": Make})
"""


class Step:
    """The build step with its environment, in a directory of the test."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.monkeypatch = monkeypatch

    def run(self, files: Mapping[str, str]) -> Path:
        """Build a member with these files; return the output."""
        source = self.directory / "source"
        for name, text in {"pyproject.toml": MANIFEST, **files}.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        work = self.directory / "work"
        work.mkdir()
        self.monkeypatch.chdir(work)
        variables = {
            **dict.fromkeys(["loader", "libc", "cxx", "patchelf", "strip"], "/none"),
            "SOURCE_DATE_EPOCH": "0",  # which the step sets to its own value, as HOME
            "HOME": "/nowhere",
            "PYTHONPATH": "",
            "src": str(source),
            "directory": "src/sample",
            # The environment of the tests has setuptools.
            "environment": sys.prefix,
            "busybox": unzip()[0],
            "out": str(self.directory / "out"),
        }
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        # They are set here.
        self.monkeypatch.setattr(build_member, "load", lambda: None)
        build_member.main()
        return self.directory / "out"


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    return Step(tmp_path, monkeypatch)


def test_metadata_and_code_are_apart(step: Step) -> None:
    out = step.run({"sample/__init__.py": "ANSWER = 42\n"})
    assert (out / "code" / SITE_PACKAGES / "sample/__init__.py").read_text() == "ANSWER = 42\n"
    (info,) = (out / "metadata" / SITE_PACKAGES).iterdir()
    assert (info / "INSTALLER").read_text() == "nix\n"
    assert not list((out / "code" / SITE_PACKAGES).glob("*.dist-info"))
    assert json.loads((out / "live.json").read_text()) == {
        "files": {"sample/__init__.py": "sample/__init__.py"},
        "left": [],
        "roots": {"sample": ""},
    }


def test_what_is_made_and_what_is_left(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    out = step.run({"setup.py": SETUP, "sample/__init__.py": "", "sample/data/page.html": "<p>"})
    live = json.loads((out / "live.json").read_text())
    assert live["files"]["sample/made.py"] is None
    assert live["roots"] == {"sample": None}
    assert live["left"] == ["sample/data/page.html"]
    assert capsys.readouterr().out.startswith("note: these files of src/sample are not in its ")


def test_a_file_that_does_not_reach_the_wheel_is_named(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    step.run({"sample/__init__.py": "", "sample/data/page.html": "<p>", "tests/test_a.py": ""})
    assert capsys.readouterr().out == (
        "note: these files of src/sample are not in its wheel, so that no app has them: "
        "sample/data/page.html. If it needs them, add them to what its pyproject.toml packages.\n"
    )


@pytest.mark.parametrize("manifest", ["", '[build-system]\nrequires = ["setuptools"]\n'])
def test_a_manifest_that_describes_no_project(step: Step, manifest: str) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": manifest})
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml has no table [project]. Give the project a name and a "
        "version there, and build again."
    )


def test_a_backend_outside_of_the_member(step: Step) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": IN_TREE.replace('"building"', '".."')})
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: [build-system] backend-path: paths must be inside "
        "source tree. Correct it, and build again."
    )


def test_what_setuptools_says_of_a_manifest_is_said_alone(
    step: Step, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": MANIFEST.replace("version =", "versio =")})
    assert str(raised.value).startswith("error: src/sample/pyproject.toml: `project` must ")
    assert str(raised.value).endswith("Correct it, and build again.")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("said", "helps"),
    [
        ("setuptools-scm was unable to detect version for /build/source.", "history of git"),
        ("versioningit could not find a version for the project", "history of git"),
        ("Cannot find the version from SCM or SCM isn't detected.", "history of git"),
        ("Unable to detect version control system.", "history of git"),
        ("requires an sdist tarball, or access to an upstream git repository", "history of git"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'git'", "history of git"),
        ("No such file or directory: 'x86_64-linux-gnu-gcc'", "no compiler"),
        ("CMake Error: CMAKE_C_COMPILER not set", "no compiler"),
        ("ERROR: Unknown compiler(s): [['cc'], ['gcc']]", "no compiler"),
        ("error: can't find Rust compiler", "no compiler"),
        ("Error: pg_config executable not found.", "no compiler"),
        ("ModuleNotFoundError: No module named 'distutils.cmd'", "setuptools has them"),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "setuptools has them"),
        ("ModuleNotFoundError: No module named 'shop.x'", "It imports shop.x, and a build has"),
        ("There is a note: No module named 'shop'", None),
        ("Could not find a version that satisfies the requirement", None),
    ],
)
def test_what_helps_where_a_backend_fails(said: str, helps: str | None) -> None:
    assert (helps in advice(said)) if helps else not advice(said)


def test_a_backend_that_fails_says_why(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"setup.py": "raise ValueError('no such thing')\n", "sample/__init__.py": ""})
    assert str(raised.value) == (
        "error: the build backend of src/sample failed (see above). "
        "Correct its pyproject.toml or setup.py, and build again."
    )
    assert "ValueError: no such thing" in capsys.readouterr().err


def test_a_backend_that_is_not_there(step: Step) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": MANIFEST.replace("setuptools.build_meta", "cobol.api")})
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: there is no build backend cobol.api in what "
        "[build-system] requires. Correct it, and run ./please lock."
    )


def test_a_backend_that_asks_for_more_than_the_manifest(step: Step) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": IN_TREE, "building/backend.py": BACKEND})
    assert str(raised.value) == (
        "error: the build backend of src/sample also requires cobol>=4. Add that to `requires` in "
        "[build-system] of its pyproject.toml, and run ./please lock."
    )


def test_each_file_is_traced_to_the_most_similar_path(tmp_path: Path) -> None:
    for name in ("a/__init__.py", "src/b/__init__.py", "b/__init__.py", "tool.py"):
        for place in ("source", f"code/{SITE_PACKAGES}"):
            path = tmp_path / place / name
            if place == "source" or not name.startswith("src/"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
    (tmp_path / "source/b/__init__.py").unlink()
    traced = build_member.trace(tmp_path / "code", tmp_path / "source")
    assert traced == {
        "a/__init__.py": "a/__init__.py",
        "b/__init__.py": "src/b/__init__.py",
        "tool.py": "tool.py",
    }
    assert build_member.roots(traced) == {"a": "", "b": "src", "tool.py": ""}
