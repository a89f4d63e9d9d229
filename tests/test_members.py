"""What is wrong with a member or the lock is told before anything is built, or by its build."""

import shutil
from pathlib import Path

import pytest
from checkout import LOCK, edit, edit_lock
from toolchain import build_error, evaluate


def test_an_unknown_attribute(checkout: Path) -> None:
    error = build_error("cobol", root=checkout)
    assert "error: attribute 'cobol' in selection path 'cobol' not found" in error


def test_a_lock_with_a_merge_conflict(checkout: Path) -> None:
    edit(checkout / LOCK, '\n  "', '\n<<<<<<< HEAD\n  "')
    assert (
        f"error: {checkout}/nix/lock/python.json is not a lock (cut short, or a merge conflict?): "
        "restore it (git checkout HEAD -- nix/lock/python.json), then run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_a_dependency_that_is_not_locked(checkout: Path) -> None:
    edit_lock(checkout, lambda packages: packages["flask"]["requires"].append("cobol"))
    assert (
        "error: cobol is not in nix/lock/python.json (asked for as cobol): run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_an_extra_that_is_not_locked(checkout: Path) -> None:
    edit_lock(checkout, lambda packages: packages["backend-common"]["extras"].pop("log"))
    assert (
        "error: the extra log of backend-common is not in nix/lock/python.json "
        "(asked for as backend-common[log]): run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_a_service_that_is_not_locked(checkout: Path) -> None:
    shutil.copytree(checkout / "src/tokens", checkout / "src/unlocked")
    (checkout / "src/unlocked/tokens").rename(checkout / "src/unlocked/unlocked")
    assert (
        "src/unlocked is not in nix/lock/python.json: run ./please lock "
        "(it needs a pyproject.toml whose project is named unlocked)"
    ) in build_error("unlocked", root=checkout)


def test_another_service_that_is_not_locked_is_in_nobodys_way(checkout: Path) -> None:
    before = evaluate("(import ./. { }).tokens.outPath", root=checkout)
    (checkout / "src/unlocked").mkdir()
    assert evaluate("(import ./. { }).tokens.outPath", root=checkout) == before


@pytest.mark.parametrize("file", ["settings.py", "tokens/flask.py", "tokens/__init__.py"])
def test_a_directory_without_what_a_service_needs(checkout: Path, file: str) -> None:
    (checkout / "src/tokens" / file).unlink()
    assert (
        f"error: src/tokens is not a service: it has no {file} (README.md, Adding a service)"
    ) in build_error("tokens", root=checkout)


def test_a_directory_without_anything(checkout: Path) -> None:
    (checkout / "src/empty").mkdir()
    assert (
        "error: src/empty is not a service: it has no settings.py, no empty/__init__.py, no "
        "empty/flask.py (README.md, Adding a service)"
    ) in build_error("empty", root=checkout)


@pytest.mark.builds
def test_a_stale_lock_of_a_pyproject(checkout: Path) -> None:
    edit(
        checkout / "src/tokens/pyproject.toml", "dependencies = [", 'dependencies = [\n"cobol>=4",'
    )
    assert (
        "error: nix/lock/python.json is older than src/tokens: it does not know cobol>=4. "
        "Run ./please lock."
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_stale_lock_of_an_extra(checkout: Path) -> None:
    edit(checkout / "lib/backend_common/setup.py", '"log": [', '"log": [\n"cobol>=4",')
    assert (
        "error: nix/lock/python.json is older than lib/backend_common: it does not know "
        "cobol>=4 (extra log). Run ./please lock."
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_broken_manifest(checkout: Path) -> None:
    edit(checkout / "src/tokens/pyproject.toml", "dependencies = [", "dependencies = ")
    assert "error: src/tokens/pyproject.toml: Invalid " in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_module_that_does_not_compile(checkout: Path) -> None:
    edit(checkout / "src/tokens/tokens/__init__.py", "def create_app(", "def create_app((")
    error = build_error("tokens", root=checkout)
    assert "error: a module of tokens does not compile (see above)" in error
    assert "tokens/__init__.py" in error
