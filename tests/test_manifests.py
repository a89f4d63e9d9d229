"""Manifests: what locks a member and what builds it read them in one way."""

import json
from pathlib import Path
from typing import Any

import pytest
from member_sources import build_key
from toolchain import ROOT, build, evaluate, run

pytestmark = pytest.mark.builds

# What [build-system] requires; a build compares it with the lock. None is a manifest without it.
REQUIRES: list[list[str] | None] = [
    None,
    [],
    ["setuptools"],
    ["Flit_Core >=3.2,<4"],
    ["wheel", "setuptools >= 77 ", "Setuptools>=77"],
    ["A[x, B];python_version>'3'", "hatch.vcs"],
    ["a @ https://index.example/a-1.0-py3-none-any.whl"],
    ["a (>1)", "b!=2.0,>=1.0", "c~=1.4; sys_platform == 'linux' and extra == 'x'"],
]

# Files in the directory of a member, most of which are manifests.
FILES = [
    "pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in", "README", "README.md", "README.rst",
    "README.md~", "README-de.md", "readme.md", "LICENSE", "setup.pyc", "hatch.toml",
]  # fmt: skip

LOCKED = """
import json, pathlib, sys
from please_cli.lock.python import build_system, manifests
from please_cli.workspace import Member

tables = json.loads(sys.argv[2])
print(json.dumps({
    "keys": [build_system.read(table, "pyproject.toml").key for table in tables],
    "digests": manifests.digests(Member(pathlib.Path(sys.argv[1]), "service")),
}))
"""


def tables() -> list[dict[str, Any]]:
    """Return the content of manifests with these requirements."""
    return [
        {} if requires is None else {"build-system": {"requires": requires}}
        for requires in REQUIRES
    ]


@pytest.fixture
def member(tmp_path: Path) -> Path:
    """A member with manifests, one of which is a link, and one a directory."""
    path = tmp_path / "src/shop"
    path.mkdir(parents=True)
    for name in FILES:
        (path / name).write_text(name)
    (path / "README.txt").symlink_to("README.md")
    (path / "README.d").mkdir()
    return path


def locked(member: Path) -> Any:
    """Return what `please lock` reads of the requirements, and of the manifests of a member."""
    python = build("please_cli.extras.lock") / "bin/python"
    return json.loads(run(python, "-c", LOCKED, member, json.dumps(tables())).stdout)


def test_requirements_of_a_build_are_spelled_in_one_way(member: Path) -> None:
    assert locked(member)["keys"] == list(map(build_key, tables()))


def test_the_digests_are_those_of_the_same_files(member: Path) -> None:
    root = member.parents[1]
    in_nix = evaluate(f'import {ROOT}/nix/python/manifests.nix {{ root = {root}; }} "src/shop"')
    assert in_nix == locked(member)["digests"]
    assert in_nix.keys() < {*FILES, "README.txt"}
