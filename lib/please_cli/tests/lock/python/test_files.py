"""Files of an index, from real servers: with and without a length, a login, an end."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import files
from please_cli.lock.python.files import Files
from please_cli.lock.python.package_index import Index


class Handler(BaseHTTPRequestHandler):
    """Serves five bytes: `/length` says so, `/get` says nothing; and `/endless`."""

    def do_HEAD(self) -> None:
        self._answer(405 if self.path == "/get" else 200)

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", f"{self.server.other}/length")  # type: ignore[attr-defined]
            self.end_headers()
            return
        statuses = {"/gone": 404, "/absent/acme/": 404, "/closed/acme/": 403}
        self._answer(statuses.get(self.path, 200))
        try:
            while self.path == "/endless":
                self.wfile.write(b"more ")
        except OSError:
            return  # nobody listens any more
        self.wfile.write(b"12345")

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if self.path == "/length" and status == 200:
            self.send_header("Content-Length", "5")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(other: str = "") -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.other = other  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def url() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def source(index: Any) -> Iterator[Files]:
    assert index
    with Files() as found:
        yield found


@pytest.mark.parametrize("path", ["length", "get", "other"])
def test_the_size_is_said_or_counted(source: Files, url: str, path: str) -> None:
    assert source.size(f"{url}/{path}") == 5


def test_a_file_on_another_host(source: Files, url: str) -> None:
    with serving(url) as index:
        assert source.digest(f"{index}/moved") == (hashlib.sha256(b"12345").hexdigest(), 5)


@pytest.mark.parametrize("way", ["size", "digest", "read"])
def test_an_endless_file(
    source: Files, url: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    with pytest.raises(UserError) as caught:
        source.read(f"{url}/endless", 1 << 20) if way == "read" else getattr(source, way)(
            f"{url}/endless"
        )
    assert caught.value.message == (
        "endless: the index sent more than the 1048576 bytes that the file may have; ask the "
        "owner of the index"
    )


def test_a_file_that_is_gone(source: Files, url: str) -> None:
    with pytest.raises(UserError, match="cannot fetch gone: 404 Client Error: Not Found"):
        source.size(f"{url}/gone")


def test_no_login_in_an_error(source: Files) -> None:
    with pytest.raises(UserError) as caught:
        source.read("http://caller:p%40ss@127.0.0.1:9/simple/a.whl?x")
    assert caught.value.message.startswith("cannot fetch a.whl: ")
    assert "p%40ss" not in caught.value.message
    assert "p@ss" not in caught.value.message
    assert caught.value.__suppress_context__


def test_an_index_without_the_project_has_no_files(url: str) -> None:
    with Files() as opened:
        found = opened.offered(Index("index-url", f"{url}/absent"), "acme")
    assert list(found) == ["acme"]  # the page itself, which might be a file


@pytest.mark.parametrize(
    ("path", "reason"), [("closed", "403 Client Error"), ("other", "it has the type Unknown")]
)
def test_an_index_that_does_not_answer_is_not_one_without_the_project(
    url: str, path: str, reason: str
) -> None:
    with Files() as opened, pytest.raises(UserError) as error:
        opened.offered(Index("index-url", f"{url}/{path}"), "acme")
    assert str(error.value).startswith(f"cannot fetch acme: {reason}")
    assert "`pip config list`" in str(error.value)


def test_an_index_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_RETRIES", "0")
    with Files() as opened, pytest.raises(UserError, match="cannot fetch acme: "):
        opened.offered(Index("index-url", "http://127.0.0.1:9"), "acme")
