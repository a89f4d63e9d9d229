import io
import shutil
import tarfile
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import busybox

PROGRAM = b"#!/bin/true\n"


@pytest.fixture(params=["./bin/busybox", "./usr/bin/busybox"])
def deb(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A package with busybox in one of its places and another file, as deb(5) says."""
    path = tmp_path / "busybox-static_1_amd64.deb"
    files = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": archive({"./control": b"Package: busybox-static\n"}),
        "data.tar.gz": archive({request.param: PROGRAM, "./usr/share/doc/copyright": b"\n"}),
    }
    with path.open("wb") as file:
        file.write(b"!<arch>\n")
        for name, content in files.items():
            file.write(f"{name:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode())
            file.write(content + b"\n" * (len(content) % 2))
    return path


def archive(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            packed.addfile(member, io.BytesIO(text))
    return content.getvalue()


@pytest.mark.skipif(not shutil.which("nix-hash"), reason="needs nix-hash: run it where Nix is")
def test_the_hash_is_that_of_the_program_alone(deb: Path) -> None:
    assert busybox.digest(deb) == "0fab3a6cda7f2a7c151938e0937de952647bcfa7da02ae70af4e989b60741b87"


def test_no_nix(deb: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"^nix-hash is not on this machine; "):
        busybox.digest(deb)
