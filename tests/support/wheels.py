"""Wheels and sdists, made for a test: small, real, and broken where the test wants it."""

import base64
import csv
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

from toolchain import build


def digest(content: str) -> str:
    """Return the hash of a file as RECORD spells it (binary distribution format)."""
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
    return f"sha256={hashed.rstrip(b'=').decode()}"


@cache
def unzip() -> list[str]:
    """Return the command that wheels are unpacked with."""
    return [str(build("toolchain.platform.busybox") / "bin/busybox"), "unzip"]


def wheel(
    directory: Path,
    name: str,
    files: Mapping[str, str],
    *,
    tag: str = "py3-none-any",
    entry_points: str = "",
    recorded: Mapping[str, str] | None = None,
) -> Path:
    """Write version 1.0 of a wheel and return its path.

    recorded says what RECORD should describe in place of the true content of the files.
    """
    info = f"{name}-1.0.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        **({f"{info}/entry_points.txt": entry_points} if entry_points else {}),
    }
    own = {path: text for path, text in content.items() if path not in files}
    described = {**(files if recorded is None else recorded), **own}
    record = StringIO()
    rows = csv.writer(record, lineterminator="\n")
    rows.writerows((path, digest(text), len(text)) for path, text in described.items())
    rows.writerow((f"{info}/RECORD", "", ""))
    path = directory / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in content.items():
            entry = zipfile.ZipInfo(member)
            entry.external_attr = (0o100755 if "/scripts/" in member else 0o100644) << 16
            archive.writestr(entry, text)
        archive.writestr(f"{info}/RECORD", record.getvalue())
    return path


def sdist(directory: Path, name: str, files: Mapping[str, str], *, top: str = "") -> Path:
    """Write version 1.0 of an sdist, its files below one directory, and return its path."""
    path = directory / f"{name}-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, text in files.items():
            info = tarfile.TarInfo(f"{top or name + '-1.0/'}{member}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return path
