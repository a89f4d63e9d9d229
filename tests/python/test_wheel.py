"""Packages of the lock build, or the build says which file is at fault."""

import subprocess
from importlib.metadata import PackagePath, PathDistribution
from pathlib import Path
from typing import Any

import pytest
from artifacts import locked, store
from checkout import edit_lock
from prefix import SITE_PACKAGES
from toolchain import build, build_error
from wheels import sdist, wheel

pytestmark = pytest.mark.builds

SETUP = """\
from setuptools import setup
setup(name="{name}", version="1.0", py_modules=["{name}"], entry_points={entry_points})
"""


def test_an_sdist_builds_in_the_sandbox(checkout: Path, tmp_path: Path) -> None:
    setup = SETUP.format(
        name="source_only", entry_points={"console_scripts": ["source-only = source_only:main"]}
    )
    files = {"setup.py": setup, "source_only.py": "def main():\n    print('built')\n"}
    artifact = store(sdist(tmp_path, "source_only", files))

    def change(packages: dict[str, Any]) -> None:
        packages["source-only"] = locked(sdist=artifact, build="setuptools>=77")
        packages["services"]["groups"]["test"] = ["source-only"]

    edit_lock(checkout, change, "tools")
    program = build("toolchain.testEnv", root=checkout) / "bin/source-only"
    assert subprocess.check_output([program], text=True) == "built\n"


def test_a_record_that_does_not_match(checkout: Path, tmp_path: Path) -> None:
    artifact = store(wheel(tmp_path, "odd", {"odd.py": "1"}, recorded={"/odd.py": "2"}))
    edit_lock(checkout, lambda packages: packages.update(odd=locked(wheel=artifact)))
    files = PathDistribution(
        build("toolchain.wheels.odd", root=checkout) / SITE_PACKAGES / "odd-1.0.dist-info"
    ).files
    assert files is not None
    assert PackagePath("odd.py") in files


def test_a_path_that_escapes(checkout: Path, tmp_path: Path) -> None:
    artifact = store(wheel(tmp_path, "escapes", {"../../../../../escaped.py": ""}))
    edit_lock(checkout, lambda packages: packages.update(escapes=locked(wheel=artifact)))
    error = build_error("toolchain.wheels.escapes", root=checkout)
    assert "error: escapes-1.0-py3-none-any.whl is not a sound wheel: " in error
    assert "../../../../../escaped.py" in error


def test_a_wheel_for_another_platform(checkout: Path, tmp_path: Path) -> None:
    artifact = store(wheel(tmp_path, "foreign", {"foreign.py": ""}, tag="cp311-cp311-win_amd64"))
    edit_lock(checkout, lambda packages: packages.update(foreign=locked(wheel=artifact)))
    assert (
        "error: foreign-1.0-cp311-cp311-win_amd64.whl is not a wheel for CPython 3.11 on linux "
    ) in build_error("toolchain.wheels.foreign", root=checkout)


def test_no_wheel_for_this_system(checkout: Path) -> None:
    edit_lock(checkout, lambda packages: packages.update(absent=locked(wheels={})))
    error = build_error("toolchain.wheels.absent", root=checkout)
    assert "error: absent 1.0 has no wheel for " in error
    assert "in the lock: run ./please lock" in error


def test_colliding_files(checkout: Path, tmp_path: Path) -> None:
    contents = {"first": "1", "second": "2"}
    artifacts = {
        name: store(wheel(tmp_path, name, {"shared/__init__.py": content}))
        for name, content in contents.items()
    }

    def change(packages: dict[str, Any]) -> None:
        packages.update({name: locked(wheel=artifacts[name]) for name in contents})
        packages["services"]["groups"]["test"] = list(contents)

    edit_lock(checkout, change, "tools")
    error = build_error("toolchain.testEnv", root=checkout)
    path = "lib/python3.11/site-packages/shared/__init__.py"
    assert (
        f"error: {path} is in two packages, with different content: first 1.0 and second 1.0. "
        'Choose one in pyproject.toml: [tool.services.collisions] "shared/__init__.py" = "first" '
        'or "shared/__init__.py" = "second", '
    ) in error
