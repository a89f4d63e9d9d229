"""Unpack an sdist (source distribution format) into a directory, and write nowhere else.

tarfile's extraction filters (PEP 706) are not in every CPython that a platform has: 3.11.2 lacks
them. An archive may have links, as long as they lead nowhere outside. Nothing is ever written or
linked through one: a chain of links may lead out even where each of them seems not to.
"""

import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zlib import error as ZlibError  # noqa: N812


class SdistError(ValueError):
    """An archive that is no sdist, or not a sound one; says why."""


def unpack_sdist(sdist: Path, target: Path) -> Path:
    """Unpack an sdist and return its one top directory.

    Args:
        sdist: The archive: a tar archive, compressed or not, or a zip archive.
        target: Where it is unpacked; must not exist.

    Raises:
        SdistError: It is damaged, or has not one top directory; or a member is outside of it, is
            no file or directory, or is in the way of another.
    """
    target.mkdir()
    # Links must not lead through those above.
    target = target.resolve()
    try:
        if tarfile.is_tarfile(sdist):
            with tarfile.open(sdist) as archive:
                for member in archive:
                    extract(archive, member, target)
        elif zipfile.is_zipfile(sdist):
            extract_zip(sdist, target)
        else:
            raise SdistError("it is neither a tar archive nor a zip archive")
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ZlibError) as error:
        raise SdistError(str(error)) from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        path = os.path.relpath(os.fsdecode(error.filename), target)
        raise SdistError(f"{path} is in it twice, as different things") from error
    tops = list(target.iterdir())
    if len(tops) != 1 or not tops[0].is_dir():
        raise SdistError(f"it has {len(tops)} files and directories at its top, not one directory")
    return tops[0]


def extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Extract one member of a tar archive. Raises SdistError if it has no place."""
    path = inside(member.name, target)
    if path == target and member.isdir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        path.mkdir(exist_ok=True)
    elif member.isreg():
        content = archive.extractfile(member)
        assert content is not None
        path.unlink(missing_ok=True)
        with content, path.open("wb") as file:
            while block := content.read(1 << 20):
                file.write(block)
        path.chmod(0o755 if member.mode & 0o111 else 0o644)
        # Whether a generated file is newer than its source decides whether it is made again.
        os.utime(path, (member.mtime, member.mtime))
    elif member.issym():
        if not is_inside(path.parent / member.linkname, target):
            raise outside(f"{member.name} -> {member.linkname}")
        path.symlink_to(member.linkname)
    elif member.islnk():
        source = inside(member.linkname, target)
        if not source.is_file():
            raise SdistError(f"{member.name} is a link to {member.linkname}, which is not there")
        path.hardlink_to(source)
    else:
        raise SdistError(f"{member.name} is neither a file, a directory nor a link")


def extract_zip(sdist: Path, target: Path) -> None:
    """Extract a zip archive. Raises SdistError if a member is outside of it."""
    with zipfile.ZipFile(sdist) as archive:
        for entry in archive.infolist():
            path = inside(entry.filename, target)
            directory = path if entry.is_dir() else path.parent
            directory.mkdir(parents=True, exist_ok=True)
            if not entry.is_dir():
                path.write_bytes(archive.read(entry))
                path.chmod(0o755 if entry.external_attr >> 16 & 0o111 else 0o644)


def inside(name: str, target: Path) -> Path:
    """Return the path of a member, at which is no link, nor above it.

    Raises SdistError if it is outside of the target, or leads through a link.
    """
    path = target / name
    if not is_inside(path, target) or "\0" in name:
        raise outside(name)
    path = Path(os.path.normpath(path))
    for place in components(path, target):
        if place.is_symlink():
            raise SdistError(f"{name} leads through a link, {place.relative_to(target)}")
    return path


def components(path: Path, target: Path) -> Iterator[Path]:
    """Yield the directories between the target and a path, and the path."""
    yield from (place for place in (path, *path.parents) if place.is_relative_to(target))


def is_inside(path: Path, target: Path) -> bool:
    """Tell whether a path stays in the target, as far as its text says."""
    return Path(os.path.normpath(path)).is_relative_to(target)


def outside(member: str) -> SdistError:
    """Return the error of a member that is outside of the archive's directory."""
    return SdistError(f"{member} is outside of its directory")
