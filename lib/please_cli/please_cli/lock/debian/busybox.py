"""The hash that Nix expects of the busybox in a Debian package."""

import shutil
import tempfile
from pathlib import Path

from debian.debfile import DebFile

from please_cli import nix


def digest(deb: Path) -> str:
    """Return the sha256, in hex, of the Nix archive that holds only `bin/busybox` of a package.

    nix/platform/debian/bootstrap.nix extracts the same file and expects this hash.
    """
    with tempfile.TemporaryDirectory() as name, DebFile(deb) as archive:
        program = Path(name) / "root" / "bin" / "busybox"
        program.parent.mkdir(parents=True)
        with archive.data.get_file("./bin/busybox") as packed, program.open("wb") as file:
            shutil.copyfileobj(packed, file)
        program.chmod(0o755)
        return nix.query("nix-hash", "--type", "sha256", str(program.parents[1])).strip()
