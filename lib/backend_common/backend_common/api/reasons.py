"""Why a document cannot be served, in words for its author."""

import re
from collections.abc import Iterable
from typing import Any

from connexion.exceptions import InvalidSpecification  # type: ignore[import-untyped]
from connexion.json_schema import RefResolutionError  # type: ignore[import-untyped]

from backend_common.api.place import pointer
from backend_common.api.problems import shorten

_KINDS = ("in", "type", "scheme")
"""Keys whose value says of which kind an object is."""
_REFERENCE = "'$ref' is a required property"


def of(error: Exception) -> str:
    """Return what is wrong with the document, and where."""
    if isinstance(error, InvalidSpecification):
        found = error
        while found.context:
            found = _nearest(found)
        return f"{shorten(found.message)} (at {pointer(*found.absolute_path)})"
    if isinstance(error, RecursionError):
        return (
            "it is nested too deeply, or its references lead in a circle: let them lead to schemas "
            "in components or definitions, which may contain themselves"
        )
    if isinstance(error, RefResolutionError):
        said = re.fullmatch(r"Unresolvable JSON pointer: '(.*)'", str(error))
        return f"the reference #/{said[1]} leads nowhere" if said else shorten(str(error))
    return shorten(str(error))


def _nearest(error: Any) -> Any:
    """Return the error of the branch that the author meant, where no branch of a schema fits.

    Branches of another kind (``in: path`` for ``in: body``) are left out, and so are references
    where the document has no reference. Of the others, the branch with the fewest errors counts.
    """
    branches: dict[Any, list[Any]] = {}
    for each in error.context:
        branches.setdefault(each.relative_schema_path[0], []).append(each)

    def distance(branch: Iterable[Any]) -> tuple[bool, int, int]:
        branch = list(branch)
        is_other = any(
            (
                each.validator == "required"
                and "$ref" not in each.instance
                and _REFERENCE in each.message
            )
            or (each.validator in ("enum", "const") and each.path and each.path[-1] in _KINDS)
            for each in branch
        )
        return is_other, len(branch), -max(len(each.absolute_path) for each in branch)

    return max(min(branches.values(), key=distance), key=lambda each: len(each.absolute_path))
