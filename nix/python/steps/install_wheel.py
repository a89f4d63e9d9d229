"""Install one wheel into a prefix of its own, with pypa/installer.

What this adds to the library: the wheel must be for this machine, scripts stay without an
interpreter until an environment gives them one, compiled code is fitted to the platform, and
bytecode is the same at every build.

Environment, set by wheel.nix: artifact (the wheel), file (its name on the index), out, and what
compiled_code.py takes.
"""

import os
import zipfile
from pathlib import Path

from bytecode import compile_tree
from compiled_code import Toolchain, fit_all
from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.records import RecordEntry
from installer.sources import WheelFile
from installer.utils import parse_wheel_filename
from prefix import PLACEHOLDER, SITE_PACKAGES

# The Python and ABI tags that CPython 3.11 accepts (PEP 425): its own, and those of an earlier
# Python with a stable ABI or none.
PYTHONS = {"py3", *(f"{kind}3{minor}" for kind in ("py", "cp") for minor in range(2, 12))}
ABIS = {"none", "abi3", "cp311"}


class Prefix(SchemeDictionaryDestination):
    """The store path as a place to install to; entry points wait for an environment."""

    def write_script(self, name: str, module: str, attr: str, section: str) -> RecordEntry:  # noqa: ARG002
        """Record the script of an entry point without writing it."""
        return RecordEntry(f"../../../bin/{name}", None, None)


def check_compatible(file: str, machine: str) -> None:
    """Check that a wheel's tags (PEP 425, PEP 600) admit CPython 3.11 on this kind of machine.

    Raises SystemExit, naming the wheel and the tags, if they do not.
    """
    pythons, abis, platforms = (
        part.split(".") for part in parse_wheel_filename(file).tag.split("-")
    )
    on_platform = any(
        tag == "any" or (tag.startswith(("manylinux", "linux_")) and tag.endswith(f"_{machine}"))
        for tag in platforms
    )
    if not on_platform or PYTHONS.isdisjoint(pythons) or ABIS.isdisjoint(abis):
        raise SystemExit(
            f"error: {file} is not a wheel for CPython 3.11 on linux {machine}. "
            "The lock does not fit this system: run ./please lock."
        )


def install_wheel(wheel: Path, prefix: Path) -> None:
    """Install a wheel, named as on the index, into an empty prefix and compile it.

    Raises SystemExit, naming the wheel and the files, if RECORD does not match the content, if
    two files would have one path, or if a path leads out of the prefix.
    """
    site = str(prefix / SITE_PACKAGES)
    destination = Prefix(
        scheme_dict={
            "purelib": site,
            "platlib": site,
            "scripts": str(prefix / "bin"),
            "data": str(prefix),
            "headers": str(prefix / "include"),
        },
        interpreter=PLACEHOLDER,
        script_kind="posix",
    )
    try:
        with WheelFile.open(wheel) as source:
            source.validate_record()
            install(source, destination, {"INSTALLER": b"nix\n"})
    except (InstallerError, ValueError, FileExistsError, zipfile.BadZipFile) as error:
        reasons = getattr(error, "issues", [str(error)])
        raise SystemExit(
            f"error: {wheel.name} is not a sound wheel: " + "; ".join(reasons) + ". "
            "Report it to its maintainers and lock another version."
        ) from error
    # Some packages carry templates and test data named .py that are not Python: not an error.
    compile_tree(prefix / SITE_PACKAGES)


def install_here(wheel: Path) -> None:
    """Install a wheel as the environment variables of the step say."""
    env = os.environ
    out = Path(env["out"])
    install_wheel(wheel, out)
    names = ("loader", "libc", "cxx", "patchelf", "strip")
    fit_all(out, Toolchain(**{name: env[name] for name in names}))


def main() -> None:
    """Run the build step."""
    file = os.environ["file"]
    check_compatible(file, os.uname().machine)
    # A store path begins with a hash, and a wheel's name says what it is.
    wheel = Path(file).absolute()
    wheel.symlink_to(os.environ["artifact"])
    install_here(wheel)


if __name__ == "__main__":
    main()
