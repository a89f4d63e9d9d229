"""Hashes of the Nix archive (NAR), by which Nix knows the content of a directory."""

import base64
import subprocess
from pathlib import Path


def sri(path: Path) -> str:
    """Return the sha256 of the NAR of `path`, in the form of W3C Subresource Integrity."""
    done = subprocess.run(
        ["nix-hash", "--type", "sha256", str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    return "sha256-" + base64.b64encode(bytes.fromhex(done.stdout)).decode()
