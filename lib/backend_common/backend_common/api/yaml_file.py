"""Documents in YAML or JSON, read as OpenAPI says: with the tags and the values of JSON."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

_PREFIX = "tag:yaml.org,2002:"
# The core schema of YAML 1.2, in place of YAML 1.1: there, "on" is a boolean, and 12:30 a number.
_VALUES = [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    ("merge", r"<<", ["<"]),
]


class DuplicateKeyError(yaml.YAMLError):  # type: ignore[misc]
    """A mapping has a key twice, of which a parser takes the last without a word."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of *node*, whose keys are text, as in JSON."""
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_PREFIX}merge":
                continue
            key.tag = f"{_PREFIX}str"
            if key.value in seen:
                raise DuplicateKeyError(
                    f"the key {key.value!r} is there twice, in line {key.start_mark.line + 1} for "
                    "the second time: remove one of the two"
                )
            seen.add(key.value)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return found


def _construct_int(loader: Any, node: Any) -> int:
    # NB: PyYAML takes a leading zero for an octal number, as YAML 1.1 does.
    return int(loader.construct_scalar(node))


def _construct_float(loader: Any, node: Any) -> float:
    return float(
        loader.construct_scalar(node).lower().replace(".inf", "inf").replace(".nan", "nan")
    )


for _tag, _pattern, _first in _VALUES:
    _Loader.add_implicit_resolver(_PREFIX + _tag, re.compile(rf"(?:{_pattern})\Z"), _first)
_Loader.add_constructor(f"{_PREFIX}int", _construct_int)
_Loader.add_constructor(f"{_PREFIX}float", _construct_float)


def read(path: Path) -> Any:
    """Return the value of the file at *path*.

    :raises OSError: there is no such file.
    :raises UnicodeDecodeError: it is not UTF-8.
    :raises yaml.YAMLError: it is not YAML, or it has a key twice.
    """
    return yaml.load(path.read_text("utf-8"), _Loader)
