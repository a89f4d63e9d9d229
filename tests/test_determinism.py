"""A derivation that is built again gives the same files, with the sandbox on or off."""

from pathlib import Path

import pytest
from checkout import append
from toolchain import build, environment, evaluate, has_sandbox, instantiate, run

pytestmark = pytest.mark.builds

OFF = {"NIX_CONFIG": f"{environment()['NIX_CONFIG']}\nsandbox = false"}

# Together all that is built, without the tests of members, whose reports have times in them.
ATTRIBUTES = [
    *["treestatus", "tokens", "please_cli", "please_cli.extras.lock"],
    *["toolchain.shell.environment", "toolchain.testEnv", "toolchain.platform.bash"],
    "toolchain.needs.program",
]


@pytest.fixture(scope="module")
def derivations() -> list[Path]:
    """What is built, down to the platform, without derivations whose output a hash pins."""
    names = evaluate("(import ./. { }).toolchain.needs.names")
    servers = [f"toolchain.needs.servers.{name}" for name in names]
    roots = [instantiate(attribute) for attribute in [*ATTRIBUTES, *servers]]
    paths = run("nix-store", "-qR", *roots).stdout.split()
    text = {Path(path): Path(path).read_text() for path in paths if path.endswith(".drv")}
    # A derivation begins with its outputs: name, path, and for a pinned one a hash and its kind.
    unpinned = [
        path for path, content in text.items() if content.split(")", 1)[0].endswith('"",""')
    ]
    # Each by name: what a pinned one is fetched with is not built where that one is there already.
    run("nix-store", "--realise", *unpinned)
    return unpinned


def test_every_kind_of_derivation_is_there(derivations: list[Path]) -> None:
    names = {path.stem.partition("-")[2].rstrip("-.0123456789") for path in derivations}
    assert {"python", "openssl", "flask", "uv", "backend-common-db", "treestatus"} <= names
    assert "busybox" not in names


def test_a_second_build_is_identical(derivations: list[Path]) -> None:
    run("nix-store", "--realise", "--check", *derivations)


def test_a_second_build_without_the_sandbox_is_identical(derivations: list[Path]) -> None:
    run("nix-store", "--realise", "--check", *derivations, variables=OFF)


@pytest.mark.skipif(not has_sandbox(), reason="the sandbox is refused or off here")
def test_a_new_interpreter_is_the_same_with_and_without_the_sandbox(checkout: Path) -> None:
    append(checkout / "nix/platform/debian/prepare_python.py", "# An edit.\n")
    attribute = "toolchain.platform.python"
    python = build(attribute, root=checkout, variables=OFF)
    try:
        build(attribute, "--check", root=checkout)
    finally:
        run("nix-store", "--delete", python)
