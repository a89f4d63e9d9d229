"""What is wrong with a value, in a few words: short, and without what may be a secret.

The validator's own messages repeat the value, however long and whatever it is.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError

from backend_common.api.problems import Error, shorten
from backend_common.api.translation import DENIED, SECRET, WRITE_ONLY

LONGEST_MESSAGE = 200  # characters
LONGEST_VALUE = 50  # characters of a value in a message
ANYTHING = "it is not what the document says"
MOST_ERRORS = 5  # of one value; a client learns of more the next time

# Names of values that no error may repeat.
_SECRET_NAME = re.compile(
    r"(?:authorization|cookies?|credentials?|passphrase|passwd|password|pwd|secret|token|pin"
    r"|(?:api|private|secret|access)[-_]?key)\Z",
    re.IGNORECASE,
)

Path = Sequence[str | int]


def is_secret(name: str) -> bool:
    """Say whether a value of this name must not be in an error."""
    return bool(_SECRET_NAME.search(name))


def explain(
    errors: Sequence[ValidationError], root: Mapping[str, Any], *, secret: bool
) -> list[Error]:
    """Return what the validator's *errors* say, the most telling one first, each once.

    :param errors: at least one, of a value that is a property of the validated object.
    :param root: the schema of the validator.
    :param secret: whether the whole value is a secret.
    """
    ordered = sorted(errors, key=_weight)
    explained = [_explain(_deepest(error), root, secret=secret) for error in ordered]
    return list(dict.fromkeys(explained))[:MOST_ERRORS]


def pointer(path: Path) -> str:
    """Return the JSON pointer of a path."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return shorten("".join(f"/{step}" for step in steps), LONGEST_MESSAGE)


def _weight(error: ValidationError) -> tuple[int, bool]:
    """Errors near the root come first, and what has branches says least."""
    return len(error.instance_path), error.kind.name in ("anyOf", "oneOf")


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf | _Kind.OneOfNotValid):
        return kind.context
    return []


def _deepest(error: ValidationError) -> ValidationError:
    """Return the error of the branch that was meant, if only one can have been."""
    while branches := _branches(error):
        place = list(error.instance_path)
        meant = [each for each in branches if not any(_is_other(one, place) for one in each)]
        if len(meant) != 1:
            return error
        error = min(meant[0], key=_weight)
    return error


def _is_other(error: ValidationError, place: list[str | int]) -> bool:
    """Say whether an error of a branch shows that another kind of value was meant."""
    return error.kind.name in ("type", "enum", "const") and list(error.instance_path) == place


def _explain(error: ValidationError, root: Mapping[str, Any], *, secret: bool) -> Error:
    path = list(error.instance_path)[1:]
    schemas = _on_the_way(root, error.schema_path)
    hidden = (
        secret
        or any(isinstance(step, str) and is_secret(step) for step in path)
        or any(schema.get(SECRET) for schema in schemas)
    )
    if error.kind.name == "not" and schemas:
        if schemas[-1].get(WRITE_ONLY):
            return Error("it is write-only, and must not be in a response", pointer(path))
        if schemas[-1].get(DENIED):
            return Error(ANYTHING, pointer(path))
    value = "it" if hidden else _shown(error.instance)
    words = _words(error)
    return Error(shorten(words.replace("{}", value, 1), LONGEST_MESSAGE), pointer(path))


def _on_the_way(root: Mapping[str, Any], path: Path) -> list[Mapping[str, Any]]:
    """Return the schemas that *path*, from the root to a keyword, leads through."""
    node: Any = root
    found = []
    for step in path:
        if isinstance(node, Mapping):
            found.append(node)
            node = node.get(str(step))
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            break
    return found


def _words(error: ValidationError) -> str:
    """Return what is wrong; ``{}`` stands for the value, at the beginning alone."""
    kind = error.kind
    if kind.name == "type" or _branches(error):
        types = _types(error)
        if types:
            ordered = sorted(types, key="null".__eq__)  # null is the exception, and comes last
            return f"{{}} is not of type {', '.join(map(repr, ordered))}"
    if isinstance(kind, _Kind.OneOfMultipleValid):
        return "{} is valid under more than one of the given schemas"
    make = _WORDS.get(kind.name)
    return make(kind) if make else ANYTHING


def _types(error: ValidationError) -> list[str]:
    """Return the types that the value has none of; empty where the type is not what is wrong."""
    if error.kind.name == "type":
        return list(error.kind.as_dict()["types"])
    found: dict[str, None] = {}
    for branch in _branches(error):
        types = [
            kind
            for each in branch
            if list(each.instance_path) == list(error.instance_path)
            for kind in _types(each)
        ]
        if not types:
            return []
        found |= dict.fromkeys(types)
    return list(found)


def _shown(value: Any) -> str:
    """Return a value as it may be in an error: an object or an array is only named."""
    if isinstance(value, str):
        return repr(shorten(value, LONGEST_VALUE))
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return shorten(json.dumps(value), LONGEST_VALUE)


def _names(kind: Any) -> str:
    names = [repr(shorten(name, LONGEST_VALUE)) for name in kind.unexpected[:3]]
    more = ", …" if len(kind.unexpected) > len(names) else ""
    return f"{', '.join(names)}{more} {'was' if len(kind.unexpected) == 1 else 'were'} unexpected"


def _one_of(kind: Any) -> str:
    options = ", ".join(
        repr(each) if isinstance(each, str) else json.dumps(each) for each in kind.options
    )
    return f"{{}} is not one of [{options}]"


_Kind = jsonschema_rs.ValidationErrorKind
_WORDS: dict[str, Callable[[Any], str]] = {
    "additionalItems": lambda kind: f"it has more than {kind.limit} items",
    "additionalProperties": lambda kind: f"Additional properties are not allowed ({_names(kind)})",
    "anyOf": lambda _: "{} is not valid under any of the given schemas",
    "const": lambda kind: f"{json.dumps(kind.expected_value)} was expected",
    "contains": lambda _: "it has too few, or too many, of the items that it must contain",
    "enum": _one_of,
    "exclusiveMaximum": lambda kind: (
        f"{{}} is greater than or equal to the maximum of {kind.limit}"
    ),
    "exclusiveMinimum": lambda kind: f"{{}} is less than or equal to the minimum of {kind.limit}",
    "falseSchema": lambda _: "it is not allowed here",
    "format": lambda kind: f"{{}} is not a {kind.format!r}",
    "maxItems": lambda kind: f"it has more than {kind.limit} items",
    "maxLength": lambda _: "{} is too long",
    "maxProperties": lambda kind: f"it has more than {kind.limit} properties",
    "maximum": lambda kind: f"{{}} is greater than the maximum of {kind.limit}",
    "minItems": lambda kind: f"it has fewer than {kind.limit} items",
    "minLength": lambda _: "{} is too short",
    "minProperties": lambda kind: f"it has fewer than {kind.limit} properties",
    "minimum": lambda kind: f"{{}} is less than the minimum of {kind.limit}",
    "multipleOf": lambda kind: f"{{}} is not a multiple of {kind.multiple_of}",
    "not": lambda _: "it is what the document excludes",
    "oneOf": lambda _: "{} is not valid under any of the given schemas",
    "pattern": lambda kind: f"{{}} does not match {kind.pattern!r}",
    "propertyNames": lambda _: "the name of a property is wrong",
    "required": lambda kind: f"{kind.property!r} is a required property",
    "unevaluatedItems": lambda _: "it has items that are not allowed",
    "unevaluatedProperties": lambda kind: (
        f"Unevaluated properties are not allowed ({_names(kind)})"
    ),
    "uniqueItems": lambda _: "it has the same item more than once",
}
