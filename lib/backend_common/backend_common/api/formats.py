"""The formats of OpenAPI and of JSON Schema: all are checked, as their standards define them.

jsonschema-rs knows those of JSON Schema; some of them only in the newer dialects.
"""

from collections.abc import Callable
from typing import Any

import jsonschema_rs

NUMBERS: dict[str, tuple[float, float]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),  # IEEE 754, 32 bits
}
"""The least and the greatest number of a format."""

# RFC 4648, section 4.
_BASE_64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

_NEWER = (
    "duration",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "relative-json-pointer",
    "uri-reference",
    "uri-template",
    "uuid",
)


def bound(schema: dict[str, Any]) -> None:
    """Add to a schema the bounds of the numbers of its format; a closer one of its own stays."""
    least, greatest = NUMBERS[schema.pop("format")]
    if schema.get("minimum", least) <= least:
        schema["minimum"] = least
        if schema.get("exclusiveMinimum") is True:  # as in OpenAPI 3.0
            del schema["exclusiveMinimum"]
    if schema.get("maximum", greatest) >= greatest:
        schema["maximum"] = greatest
        if schema.get("exclusiveMaximum") is True:
            del schema["exclusiveMaximum"]


def functions() -> dict[str, Callable[[str], bool]]:
    """Return what checks the formats that a validator may not know."""
    newest = jsonschema_rs.Draft202012Validator
    checks: dict[str, Callable[[str], bool]] = {
        name: newest({"format": name}, validate_formats=True).is_valid for name in _NEWER
    }
    checks["byte"] = newest(
        {"pattern": _BASE_64}, pattern_options=jsonschema_rs.RegexOptions()
    ).is_valid
    return checks
