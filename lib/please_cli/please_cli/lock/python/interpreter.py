"""The Python of the systems that are locked for, and which wheels it takes."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags

from please_cli.lock.systems import machine

PYTHON = (3, 11)
"""The Python version of every environment."""

_PYTHON_RELEASE = "3.11.2"
"""Debian 12's release, the oldest in use: what a later one no longer needs is locked too."""

_GLIBC = (2, 36)
"""Debian 12's C library: wheels that ask for a later one do not load."""

DESCRIPTION = "CPython {}.{}, glibc {}.{}".format(*PYTHON, *_GLIBC)
"""What a wheel has to be for, in words."""

# PEP 513, PEP 571, PEP 599: names that manylinux tags had before PEP 600.
_LEGACY = {(2, 5): "manylinux1", (2, 12): "manylinux2010", (2, 17): "manylinux2014"}
# PEP 600: the first glibc of each architecture's policy.
_FIRST_GLIBC = {"aarch64": 17, "x86_64": 5}


def holds(marker: str, system: str) -> bool:
    """Tell whether a PEP 508 environment marker is true on a system; an empty one is."""
    return not marker or Marker(marker).evaluate(_environment(system))


def tags(system: str) -> dict[Tag, int]:
    """Return the PEP 425 tags that a system takes, with their rank: 0 is the best."""
    platforms = list(_platforms(machine(system)))
    interpreter = "cp{}{}".format(*PYTHON)
    ordered = [
        *cpython_tags(PYTHON, abis=[interpreter], platforms=platforms),
        *compatible_tags(PYTHON, interpreter, platforms),
    ]
    return {tag: rank for rank, tag in enumerate(ordered)}


def _platforms(processor: str) -> Iterator[str]:
    major, newest = _GLIBC
    for minor in range(newest, _FIRST_GLIBC[processor] - 1, -1):
        yield f"manylinux_{major}_{minor}_{processor}"
        if (major, minor) in _LEGACY:
            yield f"{_LEGACY[major, minor]}_{processor}"
    yield f"linux_{processor}"


def _environment(system: str) -> dict[str, str | AbstractSet[str]]:
    return {
        "implementation_name": "cpython",
        "implementation_version": _PYTHON_RELEASE,
        "os_name": "posix",
        "platform_machine": machine(system),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": _PYTHON_RELEASE,
        "python_version": ".".join(map(str, PYTHON)),
        "sys_platform": "linux",
    }
