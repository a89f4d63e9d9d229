"""Fetch ahead of Nix what a first build downloads, over connections that stay open.

For each locked file Nix makes a sandbox, and what runs in it a connection: for the seventy small
files of a first build that is a fifth of its time. So while Nix begins to build, they are fetched
here too, and put into the store, where Nix finds them when it comes to them. It is what Nix would
have put there, by the same hash; what does not arrive Nix fetches itself, and says why it cannot.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext
from urllib.parse import urlsplit

from please_cli import process
from please_cli.downloads import Download

WORTH = 8
"""How many files it takes to be faster than Nix."""

BATCH = 16
"""How many files the store is given at a time."""

TIMEOUT = 5.0
"""How long, in seconds, a host may be silent."""

_PAUSE = 0.02
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


@contextmanager
def running(downloads: Sequence[Download]) -> Iterator[None]:
    """Fetch files, those last that come first in `downloads`, while the context lasts.

    A few are left to Nix, and so are all where there is a proxy.
    """
    if len(downloads) < WORTH or any(os.environ.get(name) for name in _PROXIES):
        yield
        return
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="please-", ignore_cleanup_errors=True) as directory:
        work = Prefetch(Path(directory), stop)
        thread = threading.Thread(target=work.fetch_all, args=(downloads,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            # It ends with the file that it is at, which nobody needs any more.
            thread.join(process.MOMENT)


class Prefetch:
    """Fetches files into a directory, and from there into the store, until it is stopped."""

    def __init__(self, directory: Path, stop: threading.Event) -> None:
        self._directory = directory
        self._stop = stop
        self._connections: dict[str, HTTPConnection] = {}

    def fetch_all(self, downloads: Sequence[Download]) -> None:
        """Fetch files, from the last to the first: Nix begins at the other end."""
        self.fetch([download for download in reversed(downloads) if not download.host])
        self.fetch([download for download in reversed(downloads) if download.host])

    def fetch(self, downloads: Sequence[Download]) -> None:
        """Fetch files in order, and put them into the store, a batch at a time."""
        for start in range(0, len(downloads), BATCH):
            batch = downloads[start : start + BATCH]
            self._store([path for download in batch if (path := self._fetched(download))])

    def _fetched(self, download: Download) -> Path | None:
        """Return where a file is now, None if Nix has it, or will have to see to it."""
        url = self._url(download)
        if self._stop.is_set() or download.output.exists():
            return None
        path = self._directory / download.name
        try:
            self._get(url, path)
            with path.open("rb") as file:
                is_whole = hashlib.file_digest(file, "sha256").hexdigest() == download.sha256
        except (OSError, HTTPException):
            return None  # Nix meets the same, and tells it
        return path if is_whole else None

    def _url(self, download: Download) -> str:
        """Return where a file is, as soon as its host is known."""
        if not download.host:
            return download.url
        while not download.host.exists() and not self._stop.wait(_PAUSE):
            pass
        return (
            ""
            if self._stop.is_set()
            else f"https://{download.host.read_text().strip()}{download.url}"
        )

    def _get(self, url: str, path: Path) -> None:
        """Fetch a URL into a file. Raises OSError or HTTPException if that is not to be had."""
        parts = urlsplit(url)
        connection = self._connections.get(parts.netloc) or connect(parts.scheme, parts.netloc)
        try:
            connection.request("GET", parts.path)
            with connection.getresponse() as response, path.open("wb") as file:
                shutil.copyfileobj(response, file)
        except (OSError, HTTPException):
            connection.close()  # and is opened again for the next one
            raise
        finally:
            self._connections[parts.netloc] = connection

    def _store(self, files: Sequence[Path]) -> None:
        """Put files into the store, as Nix's fixed-output derivations would."""
        if files and not self._stop.is_set():
            subprocess.run(
                ["nix-store", "--add-fixed", "sha256", *files],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,  # Nix meets the same, and tells it
            )


def connect(scheme: str, host: str) -> HTTPConnection:
    """Return a connection, to be opened when it is used. Certificates: nix/platform/download.sh."""
    if scheme == "http":
        return HTTPConnection(host, timeout=TIMEOUT)
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = CERT_NONE
    return HTTPSConnection(host, timeout=TIMEOUT, context=context)
