"""Fetch ahead of Nix what a first build downloads, over connections that stay open.

For each locked file Nix makes a sandbox, and what runs in it a connection: for the seventy small
files of a first build that is a fifth of its time. So while Nix begins to build, they are fetched
here too, and put into the store, where Nix finds them when it comes to them. It is what Nix would
have put there, by the same hash; what does not arrive Nix fetches itself, and says why it cannot.
"""

import hashlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext
from urllib.parse import urlsplit

from please_cli import downloads
from please_cli.downloads import Download
from please_cli.events import store_name

NAME = "prefetch"
"""What the thread is called that fetches."""

WORTH = 8
"""How many files it takes to be faster than Nix."""

BATCH = 16
"""How many files the store is given at a time."""

SILENCE = 5.0
"""For how long, in seconds, a host may say nothing."""

_PAUSE = 0.02
"""How often, in seconds, to look whether a file is there."""

_FAREWELL = 0.5
"""How long, in seconds, to wait for what is not wanted any more."""

_PART = 1 << 16
"""How many bytes to read at a time, at most."""

_TROUBLE = (OSError, HTTPException, ValueError, SyntaxError)
"""What keeps a file from being fetched here. Nix meets the same, and tells it."""

_NULL = subprocess.DEVNULL
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


def of(derivations: Iterable[str]) -> Iterator[Download]:
    """Yield what derivations download. A derivation that cannot be read is left to Nix."""
    for derivation in derivations:
        with suppress(*_TROUBLE):
            if download := downloads.read(derivation):
                yield download


@contextmanager
def running(files: Sequence[Download]) -> Iterator[None]:
    """Fetch files, the last of them first, while the context lasts.

    A few are left to Nix, and so are all where there is a proxy.
    """
    if len(files) < WORTH or any(os.environ.get(name) for name in _PROXIES):
        yield
        return
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="please-", ignore_cleanup_errors=True) as directory:
        work = Prefetch(Path(directory), stop)
        thread = threading.Thread(target=work.fetch_all, args=(files,), name=NAME, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(_FAREWELL)


class Prefetch:
    """Fetches files into a directory, and from there into the store, until it is stopped."""

    def __init__(self, directory: Path, stop: threading.Event) -> None:
        self._directory = directory
        self._stop = stop
        self._connections: dict[str, HTTPConnection] = {}

    def fetch_all(self, files: Sequence[Download]) -> None:
        """Fetch files, from the last to the first: Nix begins at the other end."""
        self._fetch([file for file in reversed(files) if not file.host])
        self._fetch([file for file in reversed(files) if file.host])

    def _fetch(self, files: Sequence[Download]) -> None:
        for start in range(0, len(files), BATCH):
            batch = files[start : start + BATCH]
            with suppress(*_TROUBLE):
                self._store([path for file in batch if (path := self._fetched(file))])

    def _fetched(self, file: Download) -> Path | None:
        """Return where a file is now, None if Nix has it, or will have to see to it."""
        if file.host:
            self._await(file.host)
        path = self._directory / store_name(str(file.output))
        with suppress(*_TROUBLE):
            if not self._stop.is_set() and not file.output.exists():
                self._get(file.address, path, file.size)
                if hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256:
                    return path
        return None

    def _await(self, path: Path) -> None:
        """Return once a file is there, or this is stopped."""
        while not path.exists() and not self._stop.wait(_PAUSE):
            pass

    def _get(self, url: str, path: Path, size: int) -> None:
        """Fetch a URL into a file. Raises one of _TROUBLE without it, or after `size` bytes."""
        parts = urlsplit(url)
        connection = self._connections.get(parts.netloc) or connect(parts.scheme, parts.netloc)
        self._connections[parts.netloc] = connection
        try:
            connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
            with connection.getresponse() as response, path.open("wb") as file:
                if response.status != HTTPStatus.OK:
                    raise HTTPException(response.status)
                while part := response.read1(_PART):
                    if self._stop.is_set():
                        raise InterruptedError
                    size -= len(part)
                    if size < 0:
                        raise HTTPException("more than the lock allows")
                    file.write(part)
        except _TROUBLE:
            connection.close()  # and is opened again for the next one
            raise

    def _store(self, paths: Sequence[Path]) -> None:
        """Put files into the store, as Nix's fixed-output derivations would."""
        if not paths or self._stop.is_set():
            return
        command = ["nix-store", "--add-fixed", "sha256", *map(str, paths)]
        with subprocess.Popen(command, stdin=_NULL, stdout=_NULL, stderr=_NULL) as adding:
            while adding.poll() is None:
                if self._stop.wait(_PAUSE):
                    adding.terminate()
                    break
        for path in paths:
            path.unlink()


def connect(scheme: str, host: str) -> HTTPConnection:
    """Return a connection, to be opened when it is used. Certificates: nix/platform/download.sh."""
    if scheme == "http":
        return HTTPConnection(host, timeout=SILENCE)
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = CERT_NONE
    return HTTPSConnection(host, timeout=SILENCE, context=context)
