"""A member or a lock with a mistake is an error before anything is built, or of its build."""

import shutil
from pathlib import Path

import pytest
from checkout import LOCK, edit, edit_lock
from toolchain import NixError, build, build_error, evaluate, run

# The names of all jobs but the one that is made of them.
JOBS = """
  let jobs = removeAttrs (import ./release.nix { }) [ "aggregate" ]; in
  builtins.mapAttrs (_: outputs: builtins.attrNames outputs) jobs
"""


def rename_tokens(checkout: Path, name: str, module: str) -> None:
    """Give the service tokens another name."""
    (checkout / "src/tokens").rename(checkout / "src" / name)
    (checkout / "src" / name / "tokens").rename(checkout / "src" / name / module)


def jobs_error(checkout: Path) -> str:
    """Return the error of evaluating all jobs."""
    with pytest.raises(NixError) as raised:
        run("nix-instantiate", "release.nix", root=checkout)
    return str(raised.value)


def test_an_unknown_attribute(checkout: Path) -> None:
    error = build_error("cobol", root=checkout)
    assert "error: attribute 'cobol' in selection path 'cobol' not found" in error


def test_a_lock_with_a_merge_conflict(checkout: Path) -> None:
    edit(checkout / LOCK, '\n  "', '\n<<<<<<< HEAD\n  "')
    assert (
        f"error: {checkout}/{LOCK} is not a lock (cut short, or a merge conflict?): restore it "
        f"(git checkout HEAD -- {LOCK}), then run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_a_dependency_that_is_not_locked(checkout: Path) -> None:
    edit_lock(checkout, lambda packages: packages["flask"]["requires"].append("cobol"))
    assert (
        f"error: cobol is not in {LOCK} (asked for as cobol): run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_an_extra_that_is_not_locked(checkout: Path) -> None:
    edit_lock(checkout, lambda packages: packages["backend-common"]["extras"].pop("log"))
    assert (
        "error: the extra log of backend-common is not in nix/lock/members/backend-common.json "
        "(asked for as backend-common[log]): run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_a_service_that_is_not_locked(checkout: Path) -> None:
    shutil.copytree(checkout / "src/tokens", checkout / "src/unlocked")
    (checkout / "src/unlocked/tokens").rename(checkout / "src/unlocked/unlocked")
    said = build_error("unlocked", root=checkout)
    assert "error: src/unlocked is not in the lock: run ./please lock\n" in said


def test_another_service_that_is_not_locked_is_in_nobodys_way(checkout: Path) -> None:
    before = evaluate("(import ./. { }).tokens.outPath", root=checkout)
    shutil.copytree(checkout / "src/tokens", checkout / "src/unlocked")
    assert evaluate("(import ./. { }).tokens.outPath", root=checkout) == before


@pytest.mark.parametrize("file", ["settings.py", "tokens/flask.py", "tokens/__init__.py"])
def test_a_directory_without_what_a_service_needs(checkout: Path, file: str) -> None:
    (checkout / "src/tokens" / file).unlink()
    assert (
        f"error: src/tokens is not a service: it has no {file} (README.md, Adding a service)"
    ) in build_error("tokens", root=checkout)


def test_what_leaving_a_branch_leaves_behind(checkout: Path) -> None:
    before = evaluate(JOBS, root=checkout)
    (checkout / "src/gone/gone/__pycache__").mkdir(parents=True)
    (checkout / "lib/gone_too").mkdir()
    assert evaluate(JOBS, root=checkout) == before
    assert "error: attribute 'gone' in selection path" in build_error("gone", root=checkout)


def test_a_member_with_the_name_of_a_package(checkout: Path) -> None:
    rename_tokens(checkout, "Flask", module="flask")
    assert (
        "error: src/Flask has the name of flask, a package of the index in nix/lock/python: "
        "rename the directory and its project"
    ) in build_error("Flask", root=checkout)


def test_a_member_with_the_name_of_the_workspace(checkout: Path) -> None:
    rename_tokens(checkout, "services", module="services")
    assert (
        "error: src/services has the name of the workspace itself, services in pyproject.toml: "
        "rename one of them"
    ) in build_error("services", root=checkout)


@pytest.mark.parametrize("name", ["toolchain", "system", "outputs"])
def test_a_member_with_the_name_of_an_attribute(checkout: Path, name: str) -> None:
    (checkout / "src/tokens").rename(checkout / "src" / name)
    assert (
        f"error: src/{name}: a member cannot be named {name}, which is an attribute of "
        "default.nix or of its derivations: rename the directory"
    ) in jobs_error(checkout)


def test_two_members_with_one_name(checkout: Path) -> None:
    shutil.copytree(checkout / "src/tokens", checkout / "src/Tokens")
    assert (
        "error: src/Tokens and src/tokens are both the project tokens (PEP 503): rename one of them"
    ) in build_error("tokens", root=checkout)


def test_a_symbolic_link_to_a_member(checkout: Path) -> None:
    (checkout / "src/tokens").rename(checkout / "tokens")
    (checkout / "src/tokens").symlink_to("../tokens")
    assert (
        "error: src/tokens is a symbolic link, but a member is a directory of the checkout: "
        "put the directory itself there"
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_stale_lock_of_a_pyproject(checkout: Path) -> None:
    edit(
        checkout / "src/tokens/pyproject.toml", "dependencies = [", 'dependencies = [\n"cobol>=4",'
    )
    assert (
        "error: nix/lock/members/tokens.json is older than src/tokens: it does not know cobol>=4. "
        "Run ./please lock."
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_stale_lock_of_the_workspace(checkout: Path) -> None:
    edit(checkout / "pyproject.toml", 'test = ["pytest"]', 'test = ["pytest", "cobol>=4"]')
    assert (
        "error: nix/lock/python/tools.json is older than pyproject.toml: it does not know cobol>=4 "
        "(group test). Run ./please lock."
    ) in build_error("toolchain.testEnv", root=checkout)


def test_a_lock_for_another_python(checkout: Path) -> None:
    edit(checkout / LOCK, '"python": "3.11.2"', '"python": "3.13.5"')
    assert (
        f"error: {LOCK} is for Python 3.13.5, but the platform's packages are in "
        "lib/python3.11/site-packages: run ./please lock"
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_member_that_moved_to_another_resolve(checkout: Path) -> None:
    edit(
        checkout / "src/tokens/pyproject.toml",
        'resolves = ["default", "next"]',
        'resolve = "tools"',
    )
    assert (
        "error: nix/lock/members/tokens.json is older than src/tokens: it has the resolve default, "
        "next, not tools. Run ./please lock."
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_stale_lock_of_an_extra(checkout: Path) -> None:
    edit(checkout / "lib/backend_common/setup.py", '"log": [', '"log": [\n"cobol>=4",')
    assert (
        "error: nix/lock/members/backend-common.json is older than lib/backend_common: it does not "
        "know cobol>=4 (extra log). Run ./please lock."
    ) in build_error("tokens", root=checkout)


@pytest.mark.builds
def test_a_broken_manifest(checkout: Path) -> None:
    edit(checkout / "src/tokens/pyproject.toml", "dependencies = [", "dependencies = ")
    # Nix reads [tool.services] of it and cannot name the file; ./please, which can, reads it first.
    assert "error: while parsing a TOML string" in build_error("tokens", root=checkout)
    program = build("please_cli") / "bin/please"
    with pytest.raises(NixError) as raised:
        run(program, "build", "tokens", variables={"PLEASE_ROOT": str(checkout)})
    assert f"{checkout}/src/tokens/pyproject.toml: not TOML: Invalid value" in str(raised.value)


@pytest.mark.builds
def test_a_module_that_does_not_compile(checkout: Path) -> None:
    edit(checkout / "src/tokens/tokens/__init__.py", "def create_app(", "def create_app((")
    error = build_error("tokens", root=checkout)
    assert "error: src/tokens/tokens/__init__.py does not compile: " in error
