"""The downloader of builders: busybox's wget, and errors that say what to do."""

import ssl
import subprocess
from pathlib import Path

import pytest
from server import Server
from toolchain import ROOT, build, run

pytestmark = pytest.mark.builds


class Downloader:
    """download.sh in the shell that builders have."""

    def __init__(self, directory: Path) -> None:
        self.busybox = build("toolchain.platform.busybox") / "bin/busybox"
        self.directory = directory

    def download(
        self, url: str, size: int = 1 << 20, patience: int = 60
    ) -> subprocess.CompletedProcess[str]:
        """Fetch a URL, of a size in bytes, into the file `file`, in so many seconds a try."""
        script = f'. "$0"; patience={patience}; download "$1" file {size} "Do this."'
        return subprocess.run(
            [self.busybox, "sh", "-euc", script, ROOT / "nix/platform/download.sh", url],
            cwd=self.directory,
            env={"PATH": ""},
            text=True,
            capture_output=True,
            check=False,
        )


@pytest.fixture
def downloader(tmp_path: Path) -> Downloader:
    return Downloader(tmp_path)


def test_success(downloader: Downloader, server: Server, tmp_path: Path) -> None:
    server.pages["/file"] = b"content"
    assert downloader.download(f"{server.url}/file").returncode == 0
    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone(downloader: Downloader, server: Server, status: int) -> None:
    server.statuses["/gone"] = [status]
    result = downloader.download(f"{server.url}/gone")
    assert result.returncode == 1
    assert f"error: {server.url}/gone does not exist. Do this.\n" in result.stderr
    assert server.statuses["/gone"] == []


def test_a_server_that_recovers(downloader: Downloader, server: Server, tmp_path: Path) -> None:
    server.pages["/file"] = b"content"
    server.statuses["/file"] = [503]
    assert downloader.download(f"{server.url}/file").returncode == 0
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_mirror_that_moves_to_https(
    downloader: Downloader, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "settings").write_text("[req]\ndistinguished_name = name\n[name]\n")
    openssl = build("toolchain.platform.openssl") / "bin/openssl"
    certificate = [
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key",
        "-out",
        "certificate",
    ]
    run(openssl, "req", *certificate, "-subj", "/CN=x", "-config", "settings", root=tmp_path)
    # What modern servers speak, and busybox, without openssl in sight, does not.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = server.url.replace("http:", "https:")
    result = downloader.download(f"{url}/file")
    assert result.returncode == 1
    assert f"error: {url}/file could not be fetched. " in result.stderr
    assert "The mirror redirects to https: configure it with https://." in result.stderr


def test_no_server(downloader: Downloader) -> None:
    # Port 9 is that of the discard protocol (RFC 863), which nothing serves over HTTP.
    result = downloader.download("http://127.0.0.1:9/file")
    assert result.returncode == 1
    assert (
        "error: http://127.0.0.1:9/file could not be fetched. Check the network and the machine's "
        "configuration, then build again.\n"
    ) in result.stderr


def too_long(url: str, size: int) -> str:
    return (
        f"error: {url} sent more than the {size} bytes that the lock allows. It is not the file "
        "that was locked: look at the index or mirror before you lock again.\n"
    )


def test_a_file_of_the_size_that_is_allowed(
    downloader: Downloader, server: Server, tmp_path: Path
) -> None:
    server.pages["/file"] = b"content"
    assert downloader.download(f"{server.url}/file", size=7).returncode == 0
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_byte_more(downloader: Downloader, server: Server) -> None:
    server.pages["/file"] = b"content"
    result = downloader.download(f"{server.url}/file", size=6)
    assert (result.returncode, result.stderr) == (1, too_long(f"{server.url}/file", 6))


def test_an_endless_file(downloader: Downloader, server: Server, tmp_path: Path) -> None:
    server.endless.add("/file")
    result = downloader.download(f"{server.url}/file", size=100_000)
    assert (result.returncode, result.stderr) == (1, too_long(f"{server.url}/file", 100_000))
    assert (tmp_path / "file").stat().st_size == 100_001
    assert server.asked == ["/file"]


def test_a_server_that_says_nothing(downloader: Downloader, server: Server) -> None:
    server.silent.add("/file")
    result = downloader.download(f"{server.url}/file", patience=1)
    assert result.returncode == 1
    assert f"error: {server.url}/file could not be fetched. " in result.stderr
    assert len(server.asked) == 4
