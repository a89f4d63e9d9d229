"""What the manifests of a member, or of the workspace, ask for."""

from collections.abc import Collection, Iterable, Mapping
from email.message import Message
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from please_cli.errors import UserError
from please_cli.lock.python import markers

Declares = dict[str, Any]
"""`requires`, a list of requirements; `extras` and `groups`, such lists by name."""


def declares(core: Message, manifest: Mapping[str, Any], where: str) -> Declares:
    """Return what a member asks for: its core metadata, and the groups of its pyproject.toml.

    Requirements are written in one form: normalized name, sorted extras and specifiers, then
    " ; " and the environment marker, which is never about an extra. `where` is the path of the
    pyproject.toml. Raises UserError for a marker about an extra that is not provided, or that is
    not chosen, and for broken groups.
    """
    requires: list[str] = []
    provided = map(canonicalize_name, core.get_all("Provides-Extra", []))
    extras: dict[str, list[str]] = {str(name): [] for name in provided}
    for text in core.get_all("Requires-Dist", []):
        parsed = Requirement(text)
        try:
            by_extra = _by_extra(str(parsed.marker or ""), extras)
        except ValueError as error:
            raise UserError(
                f"{where}: the requirement `{text}` has a condition about extras that cannot be "
                f"locked: {error}; write one requirement for each extra"
            ) from error
        for extra, marker in by_extra.items():
            (extras[extra] if extra else requires).append(requirement(parsed, marker))
    found: Declares = {"requires": sorted(requires)}
    if extras:
        found["extras"] = {name: sorted(items) for name, items in sorted(extras.items())}
    return found | groups(manifest, where)


def _by_extra(marker: str, provided: Collection[str]) -> dict[str, str]:
    """Return the markers of a requirement by the extras that ask for it, "" for none.

    poetry-core writes one requirement for all extras: `extra == "mysql" or extra == "all"`. Raises
    ValueError for a condition that is not about a provided extra.
    """
    if not marker:
        return {"": ""}
    asked = markers.extras(marker)
    if unknown := sorted(asked.difference(provided)):
        raise ValueError(f"there is no extra {', '.join(unknown)}")
    said = {extra: markers.for_extra(marker, extra) for extra in ["", *sorted(asked)]}
    return {extra: "" if text is True else str(text) for extra, text in said.items() if text}


def groups(manifest: Mapping[str, Any], where: str) -> Declares:
    """Return `groups` alone, with included groups (PEP 735) resolved; {} without any.

    `where` is the path of the manifest. Raises UserError when the table says something else.
    """
    table = manifest.get("dependency-groups", {})
    found = {}
    try:
        for name in table:
            parsed = map(Requirement, resolve_dependency_groups(table, name))
            lines = {requirement(item, str(item.marker or "")) for item in parsed}
            found[str(canonicalize_name(name))] = sorted(lines)
    except (LookupError, TypeError, ValueError, ExceptionGroup) as error:
        raise UserError(f"{where}: [dependency-groups]: {_reason(error)}; correct it") from error
    return {"groups": dict(sorted(found.items()))} if found else {}


def requirement(parsed: Requirement, marker: str) -> str:
    """Return the text of one requirement."""
    extras = ",".join(sorted(map(canonicalize_name, parsed.extras)))
    name = canonicalize_name(parsed.name)
    source = f" @ {parsed.url}" if parsed.url else str(parsed.specifier)
    text = f"{name}[{extras}]{source}" if extras else f"{name}{source}"
    return f"{text} ; {marker}" if marker else text


def without_extra(marker: str) -> tuple[str, str]:
    """Split a marker into itself without a clause about an extra, and that extra or "".

    uv and build backends write the clause of an optional dependency last: `marker and
    extra == 'name'`.
    """
    if not marker:
        return "", ""
    body, _, clause = f" and {marker}".rpartition(" and ")
    if not clause.startswith("extra == "):
        return str(Marker(marker)), ""
    body = body.removeprefix(" and ")
    extra = clause.removeprefix("extra == ").strip("'\"")
    return (str(Marker(body)) if body else ""), str(canonicalize_name(extra))


def required(found: Declares) -> Iterable[Requirement]:
    """Yield all requirements, whatever extra or group they belong to."""
    for lines in (
        found["requires"],
        *found.get("extras", {}).values(),
        *found.get("groups", {}).values(),
    ):
        yield from map(Requirement, lines)


def _reason(error: Exception) -> str:
    """Return the text of an error, or of the errors in a group."""
    if isinstance(error, ExceptionGroup):
        return "; ".join(map(_reason, error.exceptions))
    return str(error)
