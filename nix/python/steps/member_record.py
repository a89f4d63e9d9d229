"""The RECORD of workspace members in an environment, which importlib.metadata.files() reads.

A wheel brings its own RECORD. A member comes in parts, its metadata, its code and the modules of
its extras, and only the environment knows which of them it has.
"""

import csv
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from collisions import Part
from entry_points import read_scripts
from prefix import SITE_PACKAGES


def write_records(out: Path, parts: Sequence[Part]) -> None:
    """Write a RECORD for each distribution of an environment that has none.

    It lists what the environment has of the metadata, of the scripts, and of the parts of that
    package. The format is that of "Recording installed projects" (packaging.python.org).

    Args:
        out: The environment.
        parts: What it is made of.
    """
    for dist_info in sorted((out / SITE_PACKAGES).glob("*.dist-info")):
        record = dist_info / "RECORD"
        if not record.exists():
            make_own(dist_info)
            paths = {*files(dist_info), *installed(dist_info, out, parts)}
            rows = [row(path, out) for path in sorted(paths)]
            with record.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(
                    [*rows, (relative(record, out), "", "")]
                )


def make_own(directory: Path) -> None:
    """Put a directory of links in place of the link to a directory of a part."""
    if directory.is_symlink():
        part = directory.readlink()
        directory.unlink()
        directory.mkdir()
        for path in part.iterdir():
            (directory / path.name).symlink_to(path)


def installed(dist_info: Path, out: Path, parts: Sequence[Part]) -> Iterator[Path]:
    """Yield the paths in the environment `out` of what it has of a distribution."""
    # NAME-VERSION.dist-info, in which NAME has no dash (PEP 427, "Escaping and Unicode").
    package = re.sub(r"[_.]+", "-", dist_info.name.partition("-")[0]).lower()
    for part in parts:
        if part.package == package:
            paths = (out / file.relative_to(part.path) for file in files(part.path))
            yield from (path for path in paths if path.exists())
    yield from (out / "bin" / name for name in read_scripts(dist_info))


def files(directory: Path) -> Iterator[Path]:
    """Yield the files below a directory. Links are followed."""
    for parent, _, names in os.walk(directory, followlinks=True):
        yield from (Path(parent, name) for name in names)


def row(path: Path, out: Path) -> tuple[str, str, str]:
    """Return the line of a file: its path, its hash and its size.

    Bytecode has no hash, as with pip; nor have scripts, which name the environment itself.
    """
    if path.suffix == ".pyc" or path.parent == out / "bin":
        return relative(path, out), "", ""
    content = path.read_bytes()
    digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
    return relative(path, out), f"sha256={digest}", str(len(content))


def relative(path: Path, out: Path) -> str:
    """Return a path relative to site-packages, as a RECORD has it."""
    return os.path.relpath(path, out / SITE_PACKAGES)
