"""`please lock --platform`, with the machine's own apt and mirror."""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from checkout import edit
from server import Server
from toolchain import ROOT, build, environment, run

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/debian/bookworm.json")
MIRROR = Path("nix/platform/debian/mirror.nix")
UNTRUSTED = (
    "error: apt does not trust the signature of the mirror; install debian-archive-keyring, or "
    "name the right key as Signed-By of the mirror in apt's configuration\n"
)

HELLO = '[hello]\npackages = ["hello"]\nwithout = ["libc6"]\n\n[busybox]'
"""A component more, and the head of the one before which it stands."""


def lock(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(checkout)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


def test_another_component_moves_nothing_else(checkout: Path) -> None:
    components = checkout / "nix/platform/releases/bookworm.toml"
    before: dict[str, Any] = json.loads((checkout / LOCK).read_text())
    edit(components, "[busybox]", HELLO)
    done = lock(checkout, "--platform", "bookworm")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ hello ")
    assert rest == [f"{LOCK}: 1 package changed"]
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


def test_sizes_are_those_of_the_files() -> None:
    locked = json.loads((ROOT / LOCK).read_text())["systems"]
    system = run("nix-instantiate", "--eval", "-E", "builtins.currentSystem").stdout.strip('"\n')
    # The first tool of the platform is made of this file.
    package = locked[system]["packages"]["busybox-static"]
    drv = run("nix-instantiate", ".", "-A", "toolchain.platform.busybox").stdout.strip()
    inputs = run("nix-store", "--query", "--references", drv).stdout.split()
    (deb,) = (path for path in inputs if path.endswith(".deb.drv"))
    (file,) = run("nix-store", "--realise", deb).stdout.split()
    assert Path(file).stat().st_size == package["size"]
    for packages in (one["packages"] for one in locked.values()):
        assert all(isinstance(one["size"], int) and one["size"] > 0 for one in packages.values())


def test_no_mirror_at_hand(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The name is reserved, RFC 2606: it resolves nowhere.
    monkeypatch.setenv("SERVICES_DEBIAN_MIRROR", "http://mirror.invalid/debian")
    before = (checkout / LOCK).read_bytes()
    done = lock(checkout, "--platform", "bookworm")
    assert done.returncode == 1
    assert (
        "error: apt cannot reach the mirror; check the network and the machine's apt "
        "configuration, then run `./please lock --platform` again\n"
    ) in done.stderr
    assert (checkout / LOCK).read_bytes() == before


@dataclass
class Repository:
    """A repository with empty indexes, and the key that signs it, in a file and as text."""

    url: str
    key: Path
    armored: str


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that apt can read as the user _apt; those of pytest are closed to others."""
    with tempfile.TemporaryDirectory(prefix="keys-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def repository(open_directory: Path, server: Server) -> Repository:
    if shutil.which("gpg") is None:
        pytest.skip("needs gpg to sign a repository")
    home = open_directory / "gnupg"
    home.mkdir(mode=0o700)

    def gpg(*arguments: str, text: str = "") -> str:
        command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
        return subprocess.run(
            [*command, *arguments], input=text, capture_output=True, text=True, check=True
        ).stdout

    gpg("--quick-generate-key", "mirror@mirror.example", "ed25519", "sign", "never")
    indexes = {f"main/binary-{name}/Packages": b"" for name in ("all", "amd64", "arm64")}
    digests = "".join(
        f" {hashlib.sha256(content).hexdigest()} {len(content)} {name}\n"
        for name, content in indexes.items()
    )
    release = (
        "Origin: Test\nSuite: oldstable\nCodename: bookworm\nArchitectures: all amd64 arm64\n"
        f"Components: main\nDate: Sat, 01 Nov 2025 00:00:00 UTC\nSHA256:\n{digests}"
    )
    below = "/debian/dists/bookworm"
    server.pages = {f"{below}/{name}": content for name, content in indexes.items()}
    server.pages[f"{below}/InRelease"] = gpg("--clear-sign", text=release).encode()
    key = open_directory / "key.asc"
    armored = gpg("--armor", "--export")
    key.write_text(armored)
    run("gpgconf", "--homedir", str(home), "--kill", "all")
    return Repository(f"{server.url}/debian", key, armored)


def configure(checkout: Path, directory: Path, text: str) -> None:
    """Let Nix read a text, in either format, in place of the machine's apt configuration."""
    parts = directory / "sources.list.d"
    parts.mkdir()
    (parts / ("a.sources" if text.startswith("Types:") else "a.list")).write_text(text)
    edit(checkout / MIRROR, "apt ? /etc/apt", f"apt ? {directory}")


ONE_LINE = "deb [@option@] @url@ bookworm main contrib"
DEB822 = "Types: deb\nURIs: @url@\nSuites: bookworm\nComponents: main\n@option@\n"


@pytest.mark.parametrize(
    ("text", "option"),
    [
        (ONE_LINE, "signed-by=@key@"),
        (ONE_LINE, "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg,@key@"),
        (DEB822, "Signed-By: @key@"),
        (DEB822, "Signed-By:@block@"),
    ],
)
def test_a_mirror_with_a_key_of_its_own(
    text: str, option: str, checkout: Path, repository: Repository, tmp_path: Path
) -> None:
    block = "".join(f"\n {line or '.'}" for line in repository.armored.splitlines())
    option = option.replace("@key@", str(repository.key)).replace("@block@", block)
    text = text.replace("@option@", option).replace("@url@", repository.url)
    configure(checkout, tmp_path, text)
    done = lock(checkout, "--platform", "bookworm")
    # The signature is trusted, so that apt looks for the first package in the index.
    assert "Unable to locate package busybox-static" in done.stderr


@pytest.mark.parametrize(("text", "option"), [(ONE_LINE, "trusted=yes"), (DEB822, "Trusted: yes")])
def test_the_machine_cannot_switch_signatures_off(
    text: str, option: str, checkout: Path, repository: Repository, tmp_path: Path
) -> None:
    before = (checkout / LOCK).read_bytes()
    text = text.replace("@option@", option).replace("@url@", repository.url)
    configure(checkout, tmp_path, text)
    done = lock(checkout, "--platform", "bookworm")
    assert done.returncode == 1
    assert UNTRUSTED in done.stderr
    assert (checkout / LOCK).read_bytes() == before


def test_a_mirror_of_the_environment_is_checked_with_the_keys_of_debian(
    checkout: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICES_DEBIAN_MIRROR", repository.url)
    done = lock(checkout, "--platform", "bookworm")
    assert done.returncode == 1
    assert UNTRUSTED in done.stderr


def test_no_mirror_in_the_configuration(checkout: Path, tmp_path: Path) -> None:
    configure(checkout, tmp_path, "deb http://mirror.example/ubuntu noble main")
    done = lock(checkout, "--platform", "bookworm")
    assert done.returncode == 1
    error = re.sub(r"\s+", " ", done.stderr)
    assert f"error: no Debian mirror: {tmp_path}/sources.list and sources.list.d have no" in error
    assert "set SERVICES_DEBIAN_MIRROR, or --argstr mirror, to the base URL of a mirror" in error
