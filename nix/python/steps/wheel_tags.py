"""The wheels that this CPython can install, by the tags in their file names (PEP 425, PEP 600)."""

import sys

# The Python and ABI tags that this CPython accepts (PEP 425): its own, and those of an earlier one
# with a stable ABI or none.
MINOR = sys.version_info.minor
PYTHONS = {"py3", *(f"{kind}3{minor}" for kind in ("py", "cp") for minor in range(2, MINOR + 1))}
ABIS = {"none", "abi3", f"cp3{MINOR}"}


def check_compatible(file: str, machine: str) -> None:
    """Check that a wheel's tags (PEP 425, PEP 600) admit this CPython on this kind of machine.

    Raises SystemExit, naming the wheel and the tags, if they do not, or if the file name is not a
    wheel's (binary distribution format, "File name convention").
    """
    parts = file.removesuffix(".whl").split("-")
    # The name of a project, its version, maybe a number of the build, and three tags.
    if not file.endswith(".whl") or len(parts) not in (5, 6) or "/" in file:
        raise SystemExit(
            f"error: {file} is not the name of a wheel. The lock is damaged: run ./please lock."
        )
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    on_platform = any(
        tag == "any" or (tag.startswith(("manylinux", "linux_")) and tag.endswith(f"_{machine}"))
        for tag in platforms
    )
    if not on_platform or PYTHONS.isdisjoint(pythons) or ABIS.isdisjoint(abis):
        raise SystemExit(
            f"error: {file} is not a wheel for CPython 3.{MINOR} on linux {machine}. "
            "The lock does not fit this system: run ./please lock."
        )
