"""What the build backend of a member made must be what the lock knows."""

import json
from collections.abc import Mapping
from pathlib import Path

import check_member
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
# What a build backend makes of it.
METADATA = """\
Metadata-Version: 2.4
Name: sample
Version: 1.0
Requires-Dist: Flask>=3
Requires-Dist: tomli; python_version >= "3.11"
Provides-Extra: db
Requires-Dist: sqlalchemy[asyncio]<3,>=2; extra == "db"
"""


class Step:
    """The build step with its environment, in a directory of the test."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.monkeypatch = monkeypatch
        self.metadata = METADATA
        self.copies: list[Path] = []

    def run(self, manifest: str, known: Mapping[str, object], build: str = "setuptools") -> None:
        """Check a member with a manifest."""
        (self.directory / "pyproject.toml").write_text(manifest)
        info = self.directory / "wheel/metadata" / SITE_PACKAGES / "sample-1.0.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(self.metadata)
        variables = {
            "wheel": str(self.directory / "wheel"),
            "manifest": str(self.directory / "pyproject.toml"),
            "directory": "src/sample",
            "lock": "nix/lock/members/sample.json",
            "build": build,
            "resolves": "default",
            "declares": json.dumps(known),
            "copies": " ".join(map(str, self.copies)),
            "out": str(self.directory / "out"),
        }
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        check_member.main()


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


def test_a_lock_that_is_as_the_backend_says(step: Step, tmp_path: Path) -> None:
    step.run(MANIFEST, declares())
    assert list((tmp_path / "out").iterdir()) == []


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
        step.run(MANIFEST, known)
    assert str(raised.value) == (
        f"error: nix/lock/members/sample.json is older than src/sample: it {reason}. "
        "Run ./please lock."
    )


@pytest.mark.parametrize("setting", ['resolve = "next"', 'resolves = ["default", "next"]'])
def test_a_stale_lock_has_another_resolve(step: Step, setting: str) -> None:
    manifest = f"{MANIFEST}\n[tool.services]\n{setting}\n"
    with pytest.raises(SystemExit) as raised:
        step.run(manifest, declares())
    assert str(raised.value).startswith(
        "error: nix/lock/members/sample.json is older than src/sample: it has the resolve default, "
        "not "
    )
    assert str(raised.value).endswith("next. Run ./please lock.")


def test_a_requirement_for_other_machines_is_of_no_account(step: Step) -> None:
    step.metadata += "Requires-Dist: cobol; sys_platform == 'win32'\n"
    step.run(MANIFEST, declares())


def test_a_stale_lock_has_another_build(step: Step) -> None:
    manifest = MANIFEST.replace('requires = ["setuptools"]', 'requires = ["hatchling>=1"]')
    with pytest.raises(SystemExit) as raised:
        step.run(manifest, declares())
    assert str(raised.value) == (
        "error: nix/lock/members/sample.json is older than src/sample: it has it built with "
        "setuptools, not hatchling>=1. Run ./please lock."
    )


def test_malformed_build_requirements(step: Step) -> None:
    with pytest.raises(SystemExit) as raised:
        step.run(MANIFEST.replace('requires = ["setuptools"]', 'requires = ["a b"]'), declares())
    assert str(raised.value).startswith(
        "error: src/sample/pyproject.toml: [build-system] requires: "
    )


def test_a_stale_lock_copies_other_files(step: Step, tmp_path: Path) -> None:
    for place, name in {"wheel/code": "sample/new.py", "copy": "sample/old.py"}.items():
        path = tmp_path / place / SITE_PACKAGES / name
        path.parent.mkdir(parents=True)
        path.touch()
    step.copies = [tmp_path / "copy"]
    with pytest.raises(SystemExit) as raised:
        step.run(MANIFEST, declares())
    assert str(raised.value) == (
        "error: nix/lock/members/sample.json is older than src/sample: it has other files "
        "(sample/new.py is in the wheel alone, sample/old.py is not in the wheel). "
        "Run ./please lock."
    )


@pytest.mark.parametrize("group", ["3", '[{include-group = "test"}]', '["py test"]', '[{x = "y"}]'])
def test_dependency_groups_that_are_broken(step: Step, group: str) -> None:
    manifest = MANIFEST.replace('["pytest", {include-group = "type-check"}]', group)
    with pytest.raises(SystemExit) as raised:
        step.run(manifest, declares())
    assert str(raised.value) == (
        "error: src/sample/pyproject.toml: [dependency-groups] cannot be read. "
        "./please lock says why."
    )
