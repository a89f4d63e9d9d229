"""Parameters and fields of a request that the document does not declare, as an error."""

from collections.abc import Mapping
from typing import Any

import flask
from connexion.operations import AbstractOperation  # type: ignore[import-untyped]
from werkzeug.exceptions import BadRequest

from backend_common.api.problems import shorten
from backend_common.api.schemas import Dialect

LONGEST_NAME = 100  # characters


class Strict:
    """Refuses what one operation does not declare in a query or a form."""

    def __init__(self, operation: AbstractOperation, dialect: Dialect) -> None:
        self._names: set[str] = set()
        self._prefixes: tuple[str, ...] = ()
        self._any = False
        for each in operation.parameters:
            if each["in"] == "query":
                self._add(each, dialect)
        for scheme in (operation.security_schemes or {}).values():
            if scheme.get("in") == "query":
                self._names.add(scheme["name"])

    def check_query(self, request: flask.Request) -> None:
        """Go on if the query of *request* has declared parameters alone.

        :raises BadRequest: it has another.
        """
        if self._any:
            return
        for name in request.args:
            if name not in self._names and not name.startswith(self._prefixes or "\0"):
                raise BadRequest(f"Unknown query parameter {shorten(name, LONGEST_NAME)!r}")

    def check_form(self, request: flask.Request, names: frozenset[str]) -> None:
        """Go on if the form of *request* has the fields and files *names* alone.

        :raises BadRequest: it has another.
        """
        for name in [*request.form, *request.files]:
            if name not in names:
                raise BadRequest(f"Unknown form field {shorten(name, LONGEST_NAME)!r}")

    def _add(self, definition: Mapping[str, Any], dialect: Dialect) -> None:
        name = definition["name"]
        self._names.add(name)
        if definition.get("style") == "deepObject":
            self._prefixes += (f"{name}[",)
        elif "schema" in definition and definition.get("explode", True):
            schema = definition["schema"]
            # NB: the properties of an object are parameters of their own.
            self._names |= set(dialect.composition.properties(schema))
            flat = dialect.flat(schema)
            if "object" in flat.get("type", ()) and flat.get("additionalProperties"):
                self._any = True
