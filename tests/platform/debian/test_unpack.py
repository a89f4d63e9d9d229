"""Debian packages are unpacked as one prefix, or the build stops."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from toolchain import ROOT, build

pytestmark = pytest.mark.builds


def deb(path: Path, files: dict[str, str]) -> Path:
    """Write the part of a Debian package that is unpacked (deb(5), ar(5))."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        for name, content in files.items():
            for parent in reversed(Path(name).parents[:-1]):
                directory = tarfile.TarInfo(f"./{parent}")
                directory.type, directory.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(directory)
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    member_header = f"{'data.tar.xz':16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data.getvalue()):<10}`\n"
    path.write_bytes(b"!<arch>\n" + member_header.encode() + data.getvalue())
    return path


def unpack(directory: Path, *debs: Path) -> subprocess.CompletedProcess[str]:
    """Unpack packages into `files`, as a builder does."""
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    script = f". {ROOT}/nix/platform/debian/unpack.sh; unpack files {' '.join(map(str, debs))}"
    command = [str(busybox), "sh", "-euc", script]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_usr_and_the_root_become_one_prefix(tmp_path: Path) -> None:
    one = deb(tmp_path / "one.deb", {"usr/bin/tool": "tool", "lib/arch/libc.so": "c"})
    two = deb(tmp_path / "two.deb", {"usr/lib/arch/libz.so": "z", "bin/shell": "shell"})
    done = unpack(tmp_path, one, two)
    assert done.returncode == 0, done.stderr
    files = tmp_path / "files"
    paths = {str(path.relative_to(files)) for path in files.rglob("*") if not path.is_dir()}
    assert paths == {"bin/tool", "bin/shell", "lib/arch/libc.so", "lib/arch/libz.so"}


def test_a_package_that_cannot_be_unpacked_stops_the_build(tmp_path: Path) -> None:
    broken = tmp_path / "broken.deb"
    broken.write_text("<html>not found</html>")
    whole = deb(tmp_path / "whole.deb", {"usr/bin/tool": "tool"})
    assert unpack(tmp_path, broken, whole).returncode != 0
