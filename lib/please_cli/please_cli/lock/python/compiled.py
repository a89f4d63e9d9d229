"""Source distributions that are compiled elsewhere: no build here has a compiler."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from please_cli.lock.python.packages import Entry, files, variants
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.systems import SYSTEMS

Offered = Callable[[str, str], Iterable[str]]
"""Returns the names of the files of a project that an index has, by the names of both."""


def note(
    resolve: Resolve, packages: Mapping[str, Entry], before: Mapping[str, Entry], offered: Offered
) -> str:
    """Return a line that names new source distributions that may need a compiler, "" without any.

    Such a version has compiled wheels, and none for the Python of the resolve on each system.

    Args:
        resolve: The resolve.
        packages: What is locked of it.
        before: What was locked, whose source distributions are not named again.
        offered: Asks an index; called for new source distributions.
    """
    named = [
        f"{name} {variant['version']} ({_way_out(resolve, variant['version'], wheels)})"
        for name, entry in sorted(packages.items())
        for variant in variants(entry).values()
        if "sdist" in variant and variant["sdist"] not in files(before.get(name, {}))
        if (wheels := list(_wheels(offered(variant["index"], name))))
        and _is_compiled(variant["version"], wheels)
    ]
    if not named:
        return ""
    python = resolve.python.release
    return (
        f"note: the resolve {resolve.name} has source distributions of packages that have compiled "
        f"wheels, but none for Python {python}, and builds here have no compiler: "
        f"{', '.join(named)}; if one does not build, raise it in the manifest, or in the "
        "requirements.txt that pins it"
    )


_Wheel = tuple[Version, frozenset[object]]


def _wheels(names: Iterable[str]) -> Iterator[_Wheel]:
    for name in names:
        try:
            _, version, _, tags = parse_wheel_filename(name)
        except InvalidWheelFilename:
            continue  # a source distribution, or an upload that no installer takes
        yield version, tags


def _is_compiled(version: str, wheels: Iterable[_Wheel]) -> bool:
    """Tell whether a version has wheels that only some Pythons or systems load."""
    return any(
        of == Version(version) and not any(str(tag).endswith("-none-any") for tag in tags)
        for of, tags in wheels
    )


def _way_out(resolve: Resolve, version: str, wheels: Iterable[_Wheel]) -> str:
    """Return which later version has a wheel for the Python of a resolve, on each system."""
    later: dict[Version, set[str]] = {}
    for of, tags in wheels:
        if of > Version(version) and not of.is_prerelease:
            found = {system for system in SYSTEMS if tags & resolve.python.tags(system).keys()}
            later.setdefault(of, set()).update(found)
    whole = [of for of, systems in later.items() if len(systems) == len(SYSTEMS)]
    return f"{min(whole)} has wheels" if whole else "no later version has wheels"
