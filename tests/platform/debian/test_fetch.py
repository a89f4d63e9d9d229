"""Debian packages are fetched from a mirror, and one that it lacks is an error that helps."""

from pathlib import Path

import pytest
from server import Server
from toolchain import build_error

pytestmark = pytest.mark.builds


def digest_after(text: str, file: str) -> str:
    """Return the SHA-256 digest that a lock has beside a file."""
    return text.partition(file)[2].partition('"sha256": "')[2][:64]


def test_a_package_that_has_left_the_mirror(checkout: Path, server: Server) -> None:
    lock = checkout / "nix/lock/debian/bookworm.json"
    text = lock.read_text()
    # For whatever system this is, the lock's file becomes one that no mirror has.
    for package in {part for part in text.split('"') if "/patchelf_" in part}:
        text = text.replace(digest_after(text, package), "0" * 64)
    lock.write_text(text.replace("/patchelf_", "/gone_"))
    mirror = ["--argstr", "mirror", server.url]
    message = build_error("toolchain.platform.patchelf", *mirror, root=checkout)
    assert f"error: {server.url}/pool/main/p/patchelf/gone_" in message
    assert (
        ".deb does not exist. It may have left the mirror: run ./please lock --platform, which "
        "locks what the mirror has now."
    ) in message
