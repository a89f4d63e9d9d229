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


def call(function: str, directory: Path, *words: Path | str) -> subprocess.CompletedProcess[str]:
    """Call a function of unpack.sh for the directory `files`, as a builder does."""
    busybox = build("toolchain.platform.busybox") / "bin/busybox"
    script = f'. {ROOT}/nix/platform/debian/unpack.sh; {function} files "$@"'
    command = [busybox, "sh", "-euc", script, "sh", *words]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def paths(directory: Path) -> set[str]:
    """Return the paths of what is below a directory, without directories."""
    found = (path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir())
    return {str(path.relative_to(directory)) for path in found}


def test_usr_and_the_root_become_one_prefix(tmp_path: Path) -> None:
    one = deb(tmp_path / "one.deb", {"usr/bin/tool": "tool", "lib/arch/libc.so": "c"})
    two = deb(tmp_path / "two.deb", {"usr/lib/arch/libz.so": "z", "bin/shell": "shell"})
    done = call("unpack", tmp_path, one, two)
    assert done.returncode == 0, done.stderr
    expected = {"bin/tool", "bin/shell", "lib/arch/libc.so", "lib/arch/libz.so"}
    assert paths(tmp_path / "files") == expected


def test_a_package_that_cannot_be_unpacked_stops_the_build(tmp_path: Path) -> None:
    broken = tmp_path / "broken.deb"
    broken.write_text("<html>not found</html>")
    whole = deb(tmp_path / "whole.deb", {"usr/bin/tool": "tool"})
    assert call("unpack", tmp_path, broken, whole).returncode != 0


def test_some_files_of_a_package(tmp_path: Path) -> None:
    files = {"usr/bin/tool": "", "usr/bin/other": "", "lib/arch/libc.so": "", "usr/lib/libz.so": ""}
    package = deb(tmp_path / "tool.deb", files)
    done = call("unpack_files", tmp_path, "0", package, "./lib", "./usr/bin/tool")
    assert done.returncode == 0, done.stderr
    assert paths(tmp_path / "files") == {"lib/arch/libc.so", "usr/bin/tool"}


def test_files_without_the_first_components_of_their_names(tmp_path: Path) -> None:
    package = deb(
        tmp_path / "zones.deb", {"usr/share/zones/Etc/UTC": "", "usr/share/doc/zones": ""}
    )
    done = call("unpack_files", tmp_path, "3", package, "./usr/share/zones/Etc")
    assert done.returncode == 0, done.stderr
    assert paths(tmp_path / "files") == {"zones/Etc/UTC"}


@pytest.mark.parametrize("missing", ["./usr/bin/absent", "./etc"])
def test_a_file_that_a_package_does_not_have_stops_the_build(tmp_path: Path, missing: str) -> None:
    package = deb(tmp_path / "tool.deb", {"usr/bin/tool": ""})
    done = call("unpack_files", tmp_path, "0", package, "./usr/bin/tool", missing)
    assert done.returncode != 0
    assert f"{missing}: not found in archive" in done.stderr


def test_what_matches_a_glob_is_deleted(tmp_path: Path) -> None:
    files = {"bin/tool": "", "bin/other": "", "share/doc/tool/README": "", "share/tool/data": ""}
    call("unpack", tmp_path, deb(tmp_path / "tool.deb", files))
    (tmp_path / "files/link").symlink_to("share/tool")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/host").touch()
    done = call("prune", tmp_path, "bin/[!t]* share/doc link absent*")
    assert done.returncode == 0, done.stderr
    assert paths(tmp_path / "files") == {"bin/tool", "share/tool/data"}
    assert (tmp_path / "bin/host").exists()
