"""The defaults of the properties of an object, where a request has no value for them."""

from copy import deepcopy
from typing import Any

from backend_common.api.composition import MISSING, Composition, Key, Schema, key


class Filling:
    """Adds to values what is not there and has a default; made once for each schema.

    Only what holds without a condition counts: a default in a branch of ``oneOf`` does not.
    """

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._made: dict[Key, _Fill] = {}

    def fill(self, schema: Schema) -> "_Fill":
        """Return what fills the values of *schema*."""
        known = key(schema)
        if known not in self._made:
            # Kept before its parts are made: a schema may contain itself.
            self._made[known] = made = _Fill(schema)
            made.complete(self, self._composition)
        return self._made[known]


class _Fill:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema  # kept: its identity is a key
        self._properties: dict[str, tuple[Any, _Fill]] = {}
        self._items: _Fill | None = None

    def complete(self, filling: Filling, composition: Composition) -> None:
        for each in composition.joined(self._schema):
            for name, schema in (each.get("properties") or {}).items():
                default = composition.default(schema)
                known, _ = self._properties.get(name, (MISSING, self))
                if known is MISSING:
                    self._properties[name] = (default, filling.fill(schema))
            if self._items is None and isinstance(each.get("items"), dict):
                self._items = filling.fill(each["items"])

    def __call__(self, value: Any) -> Any:
        """Add the defaults to *value*, and return it."""
        if isinstance(value, dict):
            for name, (default, fill) in self._properties.items():
                if name in value:
                    value[name] = fill(value[name])
                elif default is not MISSING:
                    value[name] = fill(deepcopy(default))
        elif isinstance(value, list) and self._items:
            value[:] = [self._items(each) for each in value]
        return value
