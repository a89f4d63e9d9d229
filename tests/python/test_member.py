"""The metadata of members: from the lock, or from their build backends."""

from pathlib import Path
from typing import Any

import pytest
from checkout import append, edit_lock
from toolchain import build, build_error, instantiate, run

pytestmark = pytest.mark.builds

RESOLVES = {"please_cli": "tools"}
MEMBERS = ["backend_common", "please_cli", "tokens", "treestatus"]


def asks_a_backend(attribute: str, root: Path) -> bool:
    """Whether building an attribute, from nothing, takes setuptools."""
    derivation = instantiate(attribute, root=root)
    needed = run("nix-store", "--query", "--requisites", derivation).stdout
    return "-wheel.drv" in needed


def dist_info(member: str, root: Path) -> dict[str, str]:
    """Return the texts of the files in a member's .dist-info directory, without a wheel's own."""
    (directory,) = build(member, root=root).glob(f"lib/python*/site-packages/{member}-*.dist-info")
    names = {path.name for path in directory.iterdir()} - {"RECORD", "WHEEL"}
    return {name: (directory / name).read_text() for name in names}


def test_no_backend_is_asked_of_the_manifests_that_were_locked(checkout: Path) -> None:
    assert not asks_a_backend("treestatus", checkout)
    append(checkout / "lib/backend_common/setup.py", "\n# An edit.\n")
    assert asks_a_backend("treestatus", checkout)


@pytest.mark.parametrize("member", MEMBERS)
def test_the_lock_has_what_the_backend_makes(checkout: Path, member: str) -> None:
    locked = dist_info(member, checkout)

    def forget(packages: dict[str, Any]) -> None:
        del packages[member.replace("_", "-")]["manifests"]

    edit_lock(checkout, forget, RESOLVES.get(member, "default"))
    assert asks_a_backend(member, checkout)
    assert dist_info(member, checkout) == locked


def test_a_readme_may_be_long(checkout: Path) -> None:
    file = "tokens-1.0.0.dist-info/METADATA"

    def lengthen(packages: dict[str, Any]) -> None:
        packages["tokens"]["metadata"][file] += "\n" + "A long story. " * 20_000

    edit_lock(checkout, lengthen)
    assert len(dist_info("tokens", checkout)["METADATA"]) > 200_000


@pytest.mark.parametrize(
    "metadata",
    [
        *(None, {}, "text", {"a-1.dist-info/METADATA": 1}, {"METADATA": ""}),
        *({"/tmp/METADATA": ""}, {"../METADATA": ""}, {"a-1.dist-info/../../METADATA": ""}),
    ],
)
def test_metadata_of_another_shape(checkout: Path, metadata: object) -> None:
    edit_lock(checkout, lambda packages: packages["tokens"].update(metadata=metadata))
    assert (
        "error: nix/lock/members/tokens.json: the metadata of tokens is not the text of some "
        "files by name: run ./please lock"
    ) in build_error("tokens", root=checkout)


def test_files_of_a_copied_member_that_reach_no_app_are_named(checkout: Path) -> None:
    for number in range(21):
        (checkout / f"src/tokens/tokens/note{number:02}.txt").touch()
    build("tokens", root=checkout)
    needed = run("nix-store", "--query", "--requisites", instantiate("tokens", root=checkout))
    (step,) = (path for path in needed.stdout.split() if path.endswith("-tokens-code.drv"))
    names = ", ".join(f"tokens/note{number:02}.txt" for number in range(20))
    assert (
        f"note: these files of src/tokens are not in its wheel, so that no app has them: {names} "
        "and 1 more. If it needs them, add them to what its pyproject.toml packages.\n"
    ) in run("nix-store", "--read-log", step).stdout
