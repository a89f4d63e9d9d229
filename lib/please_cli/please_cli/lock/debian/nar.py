"""Hashes of the Nix archive (NAR), by which Nix knows the content of a directory."""

import base64
from pathlib import Path

from please_cli import nix


def sri(path: Path) -> str:
    """Return the sha256 of the NAR of `path`, in the form of W3C Subresource Integrity."""
    digest = bytes.fromhex(nix.query("nix-hash", "--type", "sha256", str(path)))
    return "sha256-" + base64.b64encode(digest).decode()
