"""What is in a node of a document: which of its keys are keywords, and which are names."""

from collections.abc import Iterator, Mapping
from typing import Any

from backend_common.api.translation import NAMED

VALUES = ("const", "default", "enum", "example", "examples")
"""Keywords with values in them, where nothing is a schema."""

NAMES = NAMED | {
    "callbacks", "content", "encoding", "headers", "links", "parameters", "pathItems", "paths",
    "requestBodies", "responses", "schemas", "securitySchemes", "webhooks",
}  # fmt: skip
"""Keywords with things by names, which the document chooses: a property may be called default."""


def below(node: Any, *, has_names: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """Yield what is in *node*, but no values and no extensions of the specification (``x-...``).

    :param has_names: whether the keys of *node* are names, and no keywords.
    :returns: for each its key, or its number in a list, itself, and whether its keys are names.
    """
    if isinstance(node, Mapping):
        for key, each in node.items():
            if has_names:
                yield key, each, False
            elif key not in VALUES and not key.startswith("x-"):
                yield key, each, key in NAMES
    elif isinstance(node, list):
        for number, each in enumerate(node):
            yield str(number), each, False
