"""A member's metadata comes from its own backend, and must say what the lock knows."""

import json
from collections.abc import Mapping
from importlib.metadata import PathDistribution
from pathlib import Path

import build_metadata
import pytest
from prefix import SITE_PACKAGES

MANIFEST = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "sample"
version = "1.0"
dependencies = ["Flask>=3", "tomli; python_version >= '3.11'"]

[project.optional-dependencies]
db = ["sqlalchemy[asyncio]>=2,<3"]

[project.scripts]
sample = "sample:main"

[dependency-groups]
test = ["pytest", {include-group = "type-check"}]
Type_Check = ["mypy"]
"""
SETUP = """\
from setuptools import setup
EXTRAS = {"db": ["sqlalchemy"]}
setup(name="sample", version="1.0", install_requires=["flask"], extras_require=EXTRAS)
"""


class Step:
    """The build step with its environment, in a directory of the test."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.monkeypatch = monkeypatch

    def run(self, files: Mapping[str, str], known: Mapping[str, object]) -> PathDistribution:
        """Make the metadata of a member with some manifests."""
        source = self.directory / "manifests"
        (source / "sample").mkdir(parents=True)
        for name, content in files.items():
            (source / name).write_text(content)
        work = self.directory / "work"
        work.mkdir()
        self.monkeypatch.chdir(work)
        variables = {
            "src": str(source),
            "module": "sample",
            "directory": "src/sample",
            "lock": "nix/lock/members/sample.json",
            "resolves": "default",
            "declares": json.dumps(known),
            "out": str(self.directory / "out"),
        }
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        build_metadata.main()
        return PathDistribution(self.directory / "out" / SITE_PACKAGES / "sample-1.0.dist-info")


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    return Step(tmp_path, monkeypatch)


def declares(**changes: object) -> dict[str, object]:
    """Return what the lock knows of MANIFEST, with other values for some of its fields."""
    known = {
        "requires": ["flask>=3", "tomli ; python_full_version >= '3.11'"],
        "extras": {"db": ["sqlalchemy[asyncio]<3,>=2"]},
        "groups": {"test": ["mypy", "pytest"], "type-check": ["mypy"]},
    }
    return {**known, **changes}


def test_metadata_of_a_pyproject(step: Step) -> None:
    distribution = step.run({"pyproject.toml": MANIFEST}, declares())
    assert (distribution.name, distribution.version) == ("sample", "1.0")
    assert [point.name for point in distribution.entry_points] == ["sample"]
    assert distribution.read_text("INSTALLER") == "nix\n"


def test_metadata_of_a_setup_py(step: Step) -> None:
    known = {"requires": ["flask"], "extras": {"db": ["sqlalchemy"]}}
    assert step.run({"setup.py": SETUP}, known).name == "sample"


def test_a_manifest_without_a_backend(step: Step) -> None:
    files = {"pyproject.toml": '[project]\nname = "sample"\nversion = "1.0"\n'}
    assert step.run(files, {}).requires is None


@pytest.mark.parametrize("manifest", ["", '[build-system]\nrequires = ["setuptools"]\n'])
def test_a_manifest_that_describes_no_project(step: Step, manifest: str) -> None:
    with pytest.raises(SystemExit) as caught:
        step.run({"pyproject.toml": manifest}, {})
    assert str(caught.value) == (
        "error: src/sample/pyproject.toml has no table [project]. Give the project a name and a "
        "version there, and build again."
    )


def test_what_setuptools_says_of_a_manifest_is_said_alone(
    step: Step, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        step.run({"pyproject.toml": MANIFEST.replace("\ndependencies", "\ndependencis")}, {})
    assert str(caught.value) == (
        "error: src/sample/pyproject.toml: `project` must not contain {'dependencis'} properties. "
        "Correct it, and build again."
    )
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (declares(requires=["tomli"]), "does not know flask>=3"),
        (
            declares(requires=["flask>=2", "tomli"]),
            "does not know flask>=3 and still has flask>=2",
        ),
        (declares(extras={}), "does not know sqlalchemy[asyncio]<3,>=2 (extra db)"),
        (
            declares(extras={"db": ["sqlalchemy<3,>=2"]}),
            "does not know sqlalchemy[asyncio]<3,>=2 (extra db) "
            "and still has sqlalchemy<3,>=2 (extra db)",
        ),
        (
            declares(groups={"test": ["pytest"], "type-check": ["mypy"]}),
            "does not know mypy (group test)",
        ),
        (declares(requires=["flask>=3", "tomli", "gone"]), "still has gone"),
        (
            declares(requires=["flask>=3", "tomli ; sys_platform == 'win32'"]),
            "does not know tomli",
        ),
    ],
    ids=["new", "other version", "new extra", "extra of a requirement", "group", "gone", "marker"],
)
def test_a_stale_lock_names_the_requirements(
    step: Step, known: Mapping[str, object], reason: str
) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": MANIFEST}, known)
    assert str(raised.value) == (
        f"error: nix/lock/members/sample.json is older than src/sample: it {reason}. "
        "Run ./please lock."
    )


@pytest.mark.parametrize("setting", ['resolve = "next"', 'resolves = ["default", "next"]'])
def test_a_stale_lock_has_another_resolve(step: Step, setting: str) -> None:
    manifest = f"{MANIFEST}\n[tool.services]\n{setting}\n"
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": manifest}, declares())
    assert str(raised.value).startswith(
        "error: nix/lock/members/sample.json is older than src/sample: it has the resolve default, "
        "not "
    )
    assert str(raised.value).endswith("next. Run ./please lock.")


def test_a_requirement_for_other_machines_is_of_no_account(step: Step) -> None:
    manifest = MANIFEST.replace('"Flask>=3"', '"Flask>=3", "cobol; sys_platform == \'win32\'"')
    step.run({"pyproject.toml": manifest}, declares())


def test_a_backend_that_fails_says_why(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"setup.py": "raise ValueError('no such thing')\n"}, {})
    assert str(raised.value) == (
        "error: the build backend of src/sample failed (see above). "
        "Correct its pyproject.toml or setup.py, and build again."
    )
    assert "ValueError: no such thing" in capsys.readouterr().err


def test_a_broken_manifest(step: Step) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": "[project]\nname =\n"}, {})
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: Invalid value (at line 2, column 7). "
        "Correct it, and build again."
    )


def test_another_backend(step: Step) -> None:
    manifest = MANIFEST.replace("setuptools.build_meta", "cobol.api")
    with pytest.raises(SystemExit) as raised:
        step.run({"pyproject.toml": manifest}, declares())
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: there is no build backend cobol.api. "
        "The members of the workspace are built with setuptools."
    )
