"""The hash that Nix expects of the busybox in a Debian package."""

import shutil
import tempfile
from pathlib import Path

from debian.debfile import DebFile

from please_cli import nix

PLACES = ("./bin/busybox", "./usr/bin/busybox")
"""Where a package may have the program."""


def digest(deb: Path) -> str:
    """Return the sha256, in hex, of the Nix archive with the busybox of a package alone.

    It is `bin/busybox` there.

    nix/platform/debian/bootstrap.nix extracts the same file and expects this hash.
    """
    with tempfile.TemporaryDirectory() as name, DebFile(deb) as archive:
        program = Path(name) / "root" / "bin" / "busybox"
        program.parent.mkdir(parents=True)
        # Since Debian 13, packages have no files in /bin.
        inside = next(path for path in PLACES if archive.data.has_file(path))
        with archive.data.get_file(inside) as packed, program.open("wb") as file:
            shutil.copyfileobj(packed, file)
        program.chmod(0o755)
        return nix.query("nix-hash", "--type", "sha256", str(program.parents[1])).strip()
