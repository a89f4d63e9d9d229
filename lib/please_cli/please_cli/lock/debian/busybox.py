"""The hash by which Nix knows the busybox of a Debian package."""

import shutil
import tempfile
from pathlib import Path

from debian.debfile import DebFile

from please_cli import nix


def digest(deb: Path) -> str:
    """Return the sha256, in hex, of a directory with nothing but the `bin/busybox` of a package.

    It is that of the directory's Nix archive, which nix/platform/debian/bootstrap.nix expects.
    """
    with tempfile.TemporaryDirectory() as name, DebFile(deb) as archive:
        program = Path(name) / "root" / "bin" / "busybox"
        program.parent.mkdir(parents=True)
        with archive.data.get_file("./bin/busybox") as packed, program.open("wb") as file:
            shutil.copyfileobj(packed, file)
        program.chmod(0o755)
        return nix.query("nix-hash", "--type", "sha256", str(program.parents[1])).strip()
