"""Fetch the files that a build is about to need over a few connections that stay open.

Nix fetches each locked file in a build of its own, with a connection of its own: for the hundred
files of a first build that takes longer than building. What is fetched here is what Nix would have
fetched, checked by the same hash; what does not arrive Nix fetches itself, and says why it cannot.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import click

from please_cli import nix, process
from please_cli.errors import UserError

WORTH = 8
"""How many files it takes to be faster than Nix."""

CONNECTIONS = 8

_NEEDED = re.compile(r"^ +/nix/store/[0-9a-z]{32}-((?:deb|upstream)-.+)\.drv$", re.MULTILINE)


class Download(TypedDict):
    """A locked file: its name in the store, where it is, and the hex SHA-256 of its content."""

    name: str
    url: str
    sha256: str


def prefetch(root: Path, attributes: Sequence[str]) -> int:
    """Put files that attributes need into the store; return how many.

    A few are left to Nix; so are all on a machine without curl.
    """
    curl = shutil.which("curl")
    needed = needed_files(nix.plan(root, attributes))
    if curl is None or len(needed) < WORTH:
        return 0
    click.echo(f"fetching {len(needed)} files", err=True)
    try:
        known: list[Download] = json.loads(nix.evaluate(root, "toolchain.downloads"))
    except UserError:
        return 0  # Nix will meet the same trouble, and tell what it is
    downloads = [download for download in known if download["name"] in needed]
    with tempfile.TemporaryDirectory(prefix="please-") as directory:
        fetch(curl, downloads, Path(directory))
        whole = [download for download in downloads if is_whole(download, Path(directory))]
        if whole:
            files = [str(Path(directory, download["name"])) for download in whole]
            nix.query("nix-store", "--add-fixed", "sha256", *files)
    return len(whole)


def needed_files(plan: str) -> set[str]:
    """Return the names of the files among the builds that Nix says are needed."""
    return set(_NEEDED.findall(plan))


def fetch(curl: str, downloads: Sequence[Download], directory: Path) -> None:
    """Fetch files into a directory, under their names; some may not arrive."""
    # Certificates are not checked, as in nix/platform/download.sh: the hash decides.
    options = ["--fail", "--location", "--silent", "--insecure", "--retry", "2"]
    parallel = ["--parallel", "--parallel-max", str(CONNECTIONS), "--config", "-"]
    entries = [
        f"url = {json.dumps(download['url'])}\n"
        f"output = {json.dumps(str(directory / download['name']))}\n"
        for download in downloads
    ]
    with process.started(
        [curl, *options, *parallel],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        running.communicate("".join(entries))


def is_whole(download: Download, directory: Path) -> bool:
    """Tell whether a file has arrived, and is the one that is locked."""
    path = directory / download["name"]
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == download["sha256"]
