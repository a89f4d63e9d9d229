"""What keeps a file from being fetched ahead is no failure; tests/please has how it is fetched."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from please_cli import prefetch
from please_cli.downloads import Download


class Handler(BaseHTTPRequestHandler):
    """Never comes to an end."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"more ")
                time.sleep(0.01)
        except OSError:
            pass  # nobody listens any more

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endless() -> Iterator[str]:
    """The address of a server whose answers have no end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_derivation_that_cannot_be_read_downloads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIX_REMOTE", f"local?root={tmp_path}")
    (tmp_path / "broken.drv").write_text('Derive([("outputHashMode","flat")')
    (tmp_path / "odd.drv").write_bytes(b"\xff")
    (tmp_path / "url.drv").write_text(
        'Derive([("out","/o","sha256","0")],[("outputHashMode","flat"),("url","http://[::1/a")])'
    )
    found = prefetch.of(["/gone.drv", "/broken.drv", "/odd.drv", "/url.drv"])
    assert list(found) == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/\u00fc", "http://m\u2100x/a", "http://127.0.0.1:9/a", "http://h:port/a"],
)
def test_an_address_that_leads_nowhere_is_passed_over(
    tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [Download(tmp_path / f"{number}-a", "0", 1, url) for number in range(prefetch.WORTH)]
    prefetch.Prefetch(tmp_path, threading.Event()).fetch_all(files)
    assert capfd.readouterr() == ("", "")


def test_it_ends_with_the_build(tmp_path: Path, endless: str) -> None:
    files = [Download(tmp_path / f"{n}-a", "0", 1 << 30, endless) for n in range(prefetch.WORTH)]
    with prefetch.running(files):
        (work,) = (thread for thread in threading.enumerate() if thread.name == prefetch.NAME)
    work.join()


def test_no_more_is_read_than_the_lock_allows(tmp_path: Path, endless: str) -> None:
    files = [Download(tmp_path / f"{n}-a", "0", 100, endless) for n in range(prefetch.WORTH)]
    directory = tmp_path / "fetched"
    directory.mkdir()
    # It ends by itself.
    prefetch.Prefetch(directory, threading.Event()).fetch_all(files)
    assert all(path.stat().st_size <= 100 for path in directory.iterdir())
