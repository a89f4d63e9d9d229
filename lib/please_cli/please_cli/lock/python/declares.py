"""What the manifest of a local package asked for when it was locked."""

from collections.abc import Mapping
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

Declares = dict[str, Any]


def declares(package: Mapping[str, Any]) -> Declares:
    """Return the `declares` of a lock entry, from an entry of uv.lock.

    Requirements are written in one form: normalized name, sorted extras and specifiers, then
    " ; " and the environment marker, which is never about an extra. uv does not record which
    versions of a member of the workspace a manifest allows, so neither does this.
    """
    metadata = package.get("metadata", {})
    requires: list[str] = []
    extras: dict[str, list[str]] = {name: [] for name in metadata.get("provides-extras", [])}
    for item in metadata.get("requires-dist", []):
        marker, extra = without_extra(item.get("marker", ""))
        (extras[extra] if extra else requires).append(requirement(item, marker))
    groups = {
        name: sorted(requirement(item, item.get("marker", "")) for item in items)
        for name, items in metadata.get("requires-dev", {}).items()
    }
    found: Declares = {"requires": sorted(requires)}
    if extras:
        found["extras"] = {name: sorted(items) for name, items in sorted(extras.items())}
    if groups:
        found["groups"] = dict(sorted(groups.items()))
    return found


def requirement(item: Mapping[str, Any], marker: str) -> str:
    """Return the text of one requirement."""
    extras = ",".join(sorted(item.get("extras", [])))
    name = canonicalize_name(item["name"])
    specifiers = str(SpecifierSet(item.get("specifier", "")))
    text = f"{name}[{extras}]{specifiers}" if extras else f"{name}{specifiers}"
    return f"{text} ; {marker}" if marker else text


def without_extra(marker: str) -> tuple[str, str]:
    """Split a marker into itself without a clause about an extra, and that extra or "".

    uv writes the clause of an optional dependency last: `marker and extra == 'name'`.
    """
    if not marker:
        return "", ""
    body, _, clause = f" and {marker}".rpartition(" and ")
    if not clause.startswith("extra == "):
        return str(Marker(marker)), ""
    body = body.removeprefix(" and ")
    extra = clause.removeprefix("extra == ").strip("'\"")
    return (str(Marker(body)) if body else ""), extra
