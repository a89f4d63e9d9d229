"""Unpacked Debian packages become a prefix that knows nothing of the host."""

from pathlib import Path

import pytest
import relocate
from toolchain import build, run


def write(path: Path, content: bytes = b"") -> Path:
    """Write a file and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def symlink(path: Path, target: str) -> Path:
    """Make a symlink and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


def contents(directory: Path) -> set[str]:
    """Return the paths of all files and symlinks below a directory."""
    return {str(Path(path).relative_to(directory)) for path in relocate.walk(str(directory))}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_symlinks_stay_in_the_prefix(out: Path) -> None:
    write(out / "lib/arch/libz.so.1", b"z")
    write(out / "bin/tool", b"tool")
    absolute = symlink(out / "lib/arch/libz.so", "/usr/lib/arch/libz.so.1")
    outer = symlink(out / "sbin/tool", "/bin/tool")
    inner = symlink(out / "bin/other", "tool")
    relocate.contain_symlinks(str(out))
    assert str(absolute.readlink()) == "libz.so.1"
    assert str(outer.readlink()) == "../bin/tool"
    assert str(inner.readlink()) == "tool"


def test_the_host_does_not_decide_about_symlinks(out: Path) -> None:
    write(out / "bin/tool")
    symlink(out / "bin/kept", "link")
    symlink(out / "bin/link", "/usr/bin/tool")
    symlink(out / "bin/lost", "next")
    symlink(out / "bin/next", "/etc/passwd")
    relocate.contain_symlinks(str(out))
    assert contents(out) == {"bin/tool", "bin/kept", "bin/link"}


def test_dangling_symlinks_are_dropped(out: Path) -> None:
    write(out / "bin/tool")
    symlink(out / "etc/alternatives/tool", "/usr/share/gone")
    symlink(out / "bin/gone", "nowhere")
    relocate.contain_symlinks(str(out))
    assert contents(out) == {"bin/tool"}


def test_glibc_and_openssl_forget_the_host(tmp_path: Path) -> None:
    loader = write(
        tmp_path / "ld-linux-x86-64.so.2", b"\0/etc/ld.so.cache\0/lib/arch/\0/usr/lib/arch/\0"
    )
    libc = write(tmp_path / "libc.so.6", b"\0/usr/lib/locale\0/usr/share/locale\0")
    libcrypto = write(tmp_path / "libcrypto.so.3", b"\0/usr/lib/ssl\0")
    libc.chmod(0o755)
    before = loader.stat().st_ino
    other = write(tmp_path / "libz.so.1", b"\0/usr/lib/z\0")
    for path in (loader, libc, libcrypto, other):
        relocate.forget_host(str(path))
    assert loader.read_bytes() == b"\0/.no/ld.so.cache\0/.no/arch/\0/.no/lib/arch/\0"
    assert libc.read_bytes() == b"\0/.no/lib/locale\0/.no/share/locale\0"
    assert libcrypto.read_bytes() == b"\0/.no/lib/ssl\0"
    assert other.read_bytes() == b"\0/usr/lib/z\0"
    # A process that runs from the file keeps what it has.
    assert loader.stat().st_ino != before
    assert libc.stat().st_mode & 0o777 == 0o755


def test_another_version_of_glibc_is_an_error(tmp_path: Path) -> None:
    libc = write(tmp_path / "libc.so.6", b"\0/usr/lib/locale\0")
    with pytest.raises(ValueError, match="libc") as raised:
        relocate.forget_host(str(libc))
    assert str(raised.value) == (
        f"{libc}: does not contain b'/usr/share/'. This edit was made for another version of "
        "the package: look at FORGOTTEN in nix/platform/debian/relocate.py."
    )


@pytest.mark.builds
def test_nothing_that_runs_names_the_hosts_directories() -> None:
    python = build("toolchain.platform.python")
    files = [Path(path) for path in relocate.walk(str(python / "lib"))]
    for name, edits in relocate.FORGOTTEN.items():
        (path,) = (path for path in files if path.name.startswith(name))
        assert not [old for old, _ in edits if old in path.read_bytes()]


@pytest.mark.builds
def test_hooks_into_the_host_are_gone() -> None:
    library = build("toolchain.platform.python") / "lib/python3.11"
    assert not {"sitecustomize.py", "test", "ensurepip"} & {path.name for path in library.iterdir()}


@pytest.mark.builds
def test_programs_have_the_prefixs_own_loader() -> None:
    patchelf = build("toolchain.platform.patchelf") / "bin/patchelf"
    for component, program in [
        ("python", "python3.11"),
        ("bash", "bash"),
    ]:
        prefix = build(f"toolchain.platform.{component}")
        loader = run(patchelf, "--print-interpreter", prefix / "bin" / program).stdout
        assert Path(loader.strip()).is_relative_to(prefix)
