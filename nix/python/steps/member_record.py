"""The RECORD of workspace members in an environment, which importlib.metadata.files() reads.

A wheel brings its own RECORD. A member comes in parts, its metadata, its code and the modules of
its extras, and only the environment knows which of them it has.
"""

import csv
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from entry_points import read_scripts
from prefix import SITE_PACKAGES


def write_records(out: Path) -> None:
    """Write a RECORD for each distribution of the environment `out` that has none.

    It lists what the environment has of the metadata, the scripts, and the files of the module that
    is named like the project. The format is that of "Recording installed projects"
    (packaging.python.org).
    """
    for dist_info in sorted((out / SITE_PACKAGES).glob("*.dist-info")):
        record = dist_info / "RECORD"
        if not record.exists():
            make_own(dist_info)
            rows = [row(path, out) for path in sorted({*files(dist_info), *parts(dist_info, out)})]
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


def parts(dist_info: Path, out: Path) -> Iterator[Path]:
    """Yield the paths in the environment `out` of a member's code, data and scripts."""
    # NAME-VERSION.dist-info, in which NAME has no dash (PEP 427, "Escaping and Unicode").
    module = re.sub(r"[_.]+", "_", dist_info.name.partition("-")[0]).lower()
    yield from files(out / SITE_PACKAGES / module)
    yield from files(out / "share" / module)
    yield from (out / "bin" / name for name in read_scripts(dist_info))


def files(directory: Path) -> Iterator[Path]:
    """Yield the files below a directory, which need not be there. Links are followed."""
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
