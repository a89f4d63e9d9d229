"""Files for the lock: made in a test, put where a build finds them, described as the lock does."""

import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from server import Server
from toolchain import run


def describe(file: Path) -> dict[str, Any]:
    """Return what the lock says of a file that an index has, without the file host's digest."""
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return {"file": file.name, "sha256": digest, "size": len(content)}


def store(file: Path) -> dict[str, Any]:
    """Put a file into the store, where its fetch would put it; return what the lock says of it."""
    with TemporaryDirectory() as directory:
        named = shutil.copy(file, Path(directory, f"upstream-{file.name}"))
        run("nix-store", "--add-fixed", "sha256", named)
    return describe(file)


def publish(server: Server, project: str, file: Path) -> dict[str, Any]:
    """Put a file on a package index (PEP 503); return what the lock says of it."""
    server.pages[f"/files/{file.name}"] = file.read_bytes()
    page = f'<!DOCTYPE html><a href="{server.url}/files/{file.name}">{file.name}</a>'
    server.pages[f"/simple/{project}/"] = page.encode()
    return describe(file)


def locked(**artifact: Any) -> dict[str, Any]:
    """Return a locked package of version 1.0: wheel=…, or sdist=… and build=…."""
    return {"version": "1.0", "requires": [], **artifact}
