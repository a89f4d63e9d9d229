"""What is wrong with a document that connexion would take: found before connexion reads it."""

import re
from collections.abc import Mapping
from typing import Any

from connexion.http_facts import METHODS  # type: ignore[import-untyped]

from backend_common.api import patterns, place
from backend_common.api.below import below
from backend_common.api.place import PlaceError, pointer
from backend_common.api.security import PERMISSIONS


def check_patterns(
    node: Any, place: tuple[str, ...], raw: Mapping[str, Any], *, has_names: bool = False
) -> None:
    """Find regular expressions that are wrong, or whose cost has no bound.

    :param has_names: whether the keys of *node* are names, and no keywords.
    """
    if isinstance(node, Mapping) and not has_names:
        _check_patterns_of(node, place, raw)
    for key, value, names in below(node, has_names=has_names):
        check_patterns(value, (*place, key), raw, has_names=names)


def _check_patterns_of(
    schema: Mapping[str, Any], place: tuple[str, ...], raw: Mapping[str, Any]
) -> None:
    try:
        if isinstance(schema.get("pattern"), str):
            patterns.translate(schema["pattern"], schema.get("maxLength"))
        if isinstance(schema.get("patternProperties"), Mapping):
            for name in schema["patternProperties"]:
                patterns.of_names(name)
    except ValueError as error:
        used = _user(raw, schema)
        reason = f"{error}; {used} has it" if used else str(error)
        raise PlaceError(reason, pointer(*place)) from error


def check_references(node: Any, place: tuple[str, ...], *, has_names: bool = False) -> None:
    """Find properties that are called ``$ref``, which connexion takes for references.

    :param has_names: whether the keys of *node* are names, and no keywords.
    """
    if isinstance(node, Mapping) and "$ref" in node and not isinstance(node["$ref"], str):
        raise PlaceError(
            "'$ref' is not the text of a reference; a property of that name needs OpenAPI 3.1",
            pointer(*place),
        )
    for key, value, names in below(node, has_names=has_names):
        check_references(value, (*place, key), has_names=names)


def check_permissions(raw: Mapping[str, Any]) -> None:
    """Find permissions that nothing would enforce, where they are or as they are written."""
    _check_extensions(raw, (), is_operation=False)
    for path, item in (raw.get("paths") or {}).items():
        if not isinstance(item, Mapping):
            continue
        _check_extensions(item, ("paths", path), is_operation=False)
        for method in METHODS & item.keys():
            if isinstance(item[method], Mapping):
                _check_extensions(item[method], ("paths", path, method), is_operation=True)


def _check_extensions(
    node: Mapping[str, Any], place: tuple[str, ...], *, is_operation: bool
) -> None:
    for key in node:
        if not re.fullmatch(r"x[-_]?permissions?", key, re.IGNORECASE):
            continue
        if key != PERMISSIONS:
            raise PlaceError(f"{key} is unknown: write {PERMISSIONS}", pointer(*place))
        if not is_operation:
            raise PlaceError(f"{key} belong to an operation", pointer(*place))


def _user(raw: Mapping[str, Any], schema: Mapping[str, Any]) -> str | None:
    """Return the first operation of a document that has *schema*, itself or by references."""
    for path, item in (raw.get("paths") or {}).items():
        for method in sorted(METHODS & item.keys()) if isinstance(item, Mapping) else ():
            if _contains([item[method], item.get("parameters")], schema, raw):
                return f"{method.upper()} {path}"
    return None


def _contains(node: Any, wanted: Any, raw: Mapping[str, Any]) -> bool:
    seen: set[int] = set()
    left = [node]
    while left:
        node = left.pop()
        if node is wanted:
            return True
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        left += node.values() if isinstance(node, dict) else node
        if isinstance(node, dict) and str(node.get("$ref")).startswith("#/"):
            left.append(place.target(raw, node["$ref"]))
    return False
