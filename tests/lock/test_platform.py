"""`please lock --platform`, with the machine's own apt and mirror."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from checkout import edit
from toolchain import ROOT, build, environment, run

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/debian.json")


HELLO = '[hello]\npackages = ["hello"]\nwithout = ["libc6"]\n\n[busybox]'
"""A component more, and the head of the one before which it stands."""


def lock(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(checkout)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


def test_another_component_moves_nothing_else(checkout: Path) -> None:
    components = checkout / "nix/platform/components.toml"
    before: dict[str, Any] = json.loads((checkout / LOCK).read_text())
    edit(components, "[busybox]", HELLO)
    done = lock(checkout, "--platform")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ hello ")
    assert rest == [f"{LOCK}: 1 package moved"]
    after = json.loads((checkout / LOCK).read_text())
    for locked in after["systems"].values():
        assert locked["components"].pop("hello") == ["hello"]
        assert locked["packages"].pop("hello")["file"].startswith("pool/main/h/hello/hello_")
    # The release pocket holds still, so the rest is what was locked before.
    assert after == before


def test_the_hash_of_busybox_is_nix_own() -> None:
    locked = json.loads((ROOT / LOCK).read_text())["busybox"]
    system = run("nix-instantiate", "--eval", "-E", "builtins.currentSystem").stdout.strip('"\n')
    busybox = build("toolchain.platform.busybox")
    digest = run("nix-store", "--query", "--hash", busybox).stdout.strip()
    converted = run("nix-hash", "--type", "sha256", "--to-base16", digest.removeprefix("sha256:"))
    assert locked[system] == converted.stdout.strip()


def test_no_mirror_at_hand(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The name is reserved, RFC 2606: it resolves nowhere.
    monkeypatch.setenv("SERVICES_DEBIAN_MIRROR", "http://mirror.invalid/debian")
    before = (checkout / LOCK).read_bytes()
    done = lock(checkout, "--platform")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1:] or done.stderr
    assert (
        "error: apt cannot reach the mirror; check the network and the machine's apt "
        "configuration, then run `./please lock --platform` again\n"
    ) in done.stderr
    assert (checkout / LOCK).read_bytes() == before
