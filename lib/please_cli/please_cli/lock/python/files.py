"""Files of an index as pip gets them: logged in, through its proxy, and never more than allowed."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pip._internal.commands.install import InstallCommand
from pip._internal.exceptions import NetworkConnectionError, PipError
from pip._internal.index.collector import (
    IndexContent,
    LinkCollector,
    _get_simple_response,
    _make_index_content,
    _NotAPIContent,
    parse_links,
)
from pip._internal.models.search_scope import SearchScope
from pip._internal.network.utils import raise_for_status
from pip._internal.utils.misc import split_auth_netloc_from_url
from pip._internal.utils.urls import url_to_path
from pip._vendor.requests import RequestException
from pip._vendor.urllib3.exceptions import HTTPError

from please_cli.errors import UserError
from please_cli.lock.python import logins, pip_options
from please_cli.lock.python.package_index import Index

LARGEST = 4 << 30
"""How many bytes a file may have whose size the index does not say: 4 GiB."""

LARGEST_SDIST = 1 << 30
"""How many bytes a source distribution may have, which is read into memory: 1 GiB."""

_PART = 1 << 16
_ABSENT = (404, 410)
_PLAIN = {"Accept-Encoding": "identity"}


class Files:
    """Reads files by URL, or by path, over one session of pip's. A context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._session: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def size(self, address: str) -> int:
        """Return how many bytes a file has: as the server says, or counted.

        Raises UserError when it cannot be had.
        """
        with _explained(address):
            if path := _path(address):
                return path.stat().st_size
            answer = self._opened().head(address, headers=_PLAIN, allow_redirects=True)
            length = answer.headers.get("Content-Length", "")
            if answer.ok and length.isdecimal() and int(length):
                return int(length)
        return sum(map(len, self.parts(address, LARGEST)))

    def digest(self, address: str) -> tuple[str, int]:
        """Return the hex sha256 and the size in bytes of a file's content.

        Raises UserError when it cannot be had, or has more than LARGEST.
        """
        digest, size = hashlib.sha256(), 0
        for part in self.parts(address, LARGEST):
            digest.update(part)
            size += len(part)
        return digest.hexdigest(), size

    def read(self, address: str, most: int = LARGEST_SDIST) -> bytes:
        """Return a file's content.

        Raises UserError when it cannot be had, or has more than `most` bytes.
        """
        return b"".join(self.parts(address, most))

    def offered(self, index: Index, project: str) -> Mapping[str, str]:
        """Return the files of a project that an index has: the sha256 of each, by name.

        A digest is "" where the index does not say it; an index without the project has no files.

        Raises UserError when the index does not answer, or with something else than a page of it.
        """
        links, pages = ([index.address], []) if index.is_flat else ([], [index.address])
        scope = SearchScope.create(links, pages, no_index=index.is_flat)
        collector: Any = LinkCollector(self._opened(), scope)

        def on_page(link: Any) -> list[Any]:
            # pip does not close the pages of a directory.
            path = _path(link.url)
            page = _page(path) if path else self._page(link.url)
            return list(parse_links(page)) if page else []

        found = collector.collect_sources(project, on_page)
        files: dict[str, str] = {}
        for source in filter(None, chain(found.find_links, found.index_urls)):
            for link in chain(source.page_candidates(), source.file_links()):
                files[link.filename] = link.hash if link.hash_name == "sha256" else ""
        return files

    def parts(self, address: str, most: int) -> Iterator[bytes]:
        """Yield a file's content in parts. Raises UserError after `most` bytes, or without it."""
        size = 0
        with _explained(address), self._stream(address) as read:
            while part := read(_PART):
                size += len(part)
                if size > most:
                    raise UserError(
                        f"{_name(address)}: the index sent more than the {most} bytes that the "
                        "file may have; ask the owner of the index"
                    )
                yield part

    def _page(self, url: str) -> Any:
        """Return a page of a server as pip has it, None for one that is not there.

        pip's own collector takes every failure for a page that is not there.
        """
        with _explained(url):
            try:
                return _make_index_content(_get_simple_response(url, session=self._opened()))
            except NetworkConnectionError as error:
                if error.response is not None and error.response.status_code in _ABSENT:
                    return None
                raise

    @contextmanager
    def _stream(self, address: str) -> Iterator[Callable[[int], bytes]]:
        """Yield the function that reads some more bytes of a file."""
        if path := _path(address):
            with path.open("rb") as file:
                yield file.read
        else:
            with self._opened().get(address, headers=_PLAIN, stream=True) as answer:
                raise_for_status(answer)
                yield answer.raw.read

    def _opened(self) -> Any:
        if self._session is None:
            options = pip_options.read()
            command: Any = InstallCommand("install", "")
            self._stack.enter_context(command.main_context())
            self._session = command.get_default_session(options)
            # pip looks up the logins of indexes for their files, but not those of find-links.
            for url in options.find_links:
                _, netloc, (name, password) = split_auth_netloc_from_url(url)
                if name:
                    self._session.auth.passwords[netloc] = (name, password or "")
        return self._session


def _path(address: str) -> Path | None:
    """Return the path of a file of this machine, None for one of a server."""
    if address.startswith("file:"):
        return Path(url_to_path(address))
    return None if "://" in address else Path(address)


def _page(path: Path) -> Any:
    """Return a page of this machine as pip has it, None for one that is not there."""
    page = path / "index.html" if path.is_dir() else path
    return (
        IndexContent(page.read_bytes(), "text/html", None, page.as_uri())
        if page.is_file()
        else None
    )


def _name(address: str) -> str:
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """Raise UserError where the file cannot be had, without a login in it."""
    try:
        yield
    except (PipError, RequestException, HTTPError, OSError, _NotAPIContent) as error:
        # What pip says of a diagnostic is no part of its text.
        said = (
            f"it has the type {error.content_type}"
            if isinstance(error, _NotAPIContent)
            else getattr(error, "message", error)
        )
        reason = logins.redact(str(said))
        raise UserError(
            f"cannot fetch {_name(address)}: {reason}; check the network and "
            "pip's configuration (`pip config list`), then run `./please lock` again"
        ) from None
