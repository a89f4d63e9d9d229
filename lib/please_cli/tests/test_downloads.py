import os
from pathlib import Path

import pytest
from please_cli.downloads import Download, is_store_local, read

HASH = "0" * 32
OUTPUT = f"/nix/store/{HASH}-deb-a_1.deb"
SHA256 = "ab" * 32


def derivation(outputs: str = f'("out","{OUTPUT}","sha256","{SHA256}")', **variables: str) -> str:
    """Return a derivation as the store keeps it."""
    text = ",".join(f'("{name}","{value}")' for name, value in variables.items())
    inputs = f'[("/nix/store/{HASH}-b.drv",["out"])],["/nix/store/{HASH}-fetch.sh"]'
    return f'Derive([{outputs}],{inputs},"x86_64-linux","/bin/sh",["-c","a \\"b\\"\\n"],[{text}])'


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a store elsewhere."""
    monkeypatch.setenv("NIX_REMOTE", f"local?root={tmp_path}")
    (tmp_path / "nix/store").mkdir(parents=True)
    return tmp_path


def found(store: Path, text: str) -> Download | None:
    (store / "nix/store/x.drv").write_text(text)
    return read("/nix/store/x.drv")


def test_a_file_with_a_url(store: Path) -> None:
    text = derivation(outputHashMode="flat", url="http://mirror/pool/a_1.deb", size="7")
    download = found(store, text)
    assert download == Download(Path(f"{store}{OUTPUT}"), SHA256, 7, "http://mirror/pool/a_1.deb")
    assert download.address == download.url


def test_a_file_on_a_host_that_is_not_known_yet(store: Path) -> None:
    host = f"/nix/store/{HASH}-file-host"
    text = derivation(outputHashMode="flat", fileHost=host, path="/packages/a.whl", size="7")
    download = found(store, text)
    assert download == Download(
        Path(f"{store}{OUTPUT}"), SHA256, 7, path="/packages/a.whl", host=Path(f"{store}{host}")
    )
    (store / host.lstrip("/")).write_text("files.example\n")
    assert download.address == "https://files.example/packages/a.whl"


@pytest.mark.parametrize(
    "text",
    [
        derivation(url="http://mirror/a"),
        derivation(outputHashMode="recursive", url="http://mirror/a"),
        derivation(outputHashMode="flat", project="a"),
        derivation(outputHashMode="flat", url="file:///a", size="7"),
        derivation(outputHashMode="flat", url="http://mirror/a"),
        derivation(outputHashMode="flat", url="http://mirror/a").replace(
            "Derive", "DrvWithVersion"
        ),
    ],
    ids=[
        "built",
        "a directory",
        "from an index",
        "another scheme",
        "without a size",
        "another format",
    ],
)
def test_what_is_not_a_download(store: Path, text: str) -> None:
    assert found(store, text) is None


@pytest.mark.parametrize(
    ("remote", "is_local"),
    [
        ("daemon", False),
        ("ssh://builder", False),
        ("local", True),
        ("local?root=/r", True),
        ("", os.access("/nix/var/nix", os.W_OK)),
        ("auto", os.access("/nix/var/nix", os.W_OK)),
    ],
)
def test_who_opens_the_store(monkeypatch: pytest.MonkeyPatch, remote: str, is_local: bool) -> None:
    monkeypatch.setenv("NIX_REMOTE", remote)
    assert is_store_local() is is_local
