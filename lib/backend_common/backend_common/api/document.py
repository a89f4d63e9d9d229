"""One OpenAPI or Swagger document: connexion reads it, Flask gets its operations as routes.

Names that connexion does not promise are used in this package; a test lists them.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from connexion.exceptions import (  # type: ignore[import-untyped]
    InvalidSpecification,
    ResolverError,
)
from connexion.frameworks.flask import flaskify_endpoint  # type: ignore[import-untyped]
from connexion.http_facts import METHODS  # type: ignore[import-untyped]
from connexion.json_schema import RefResolutionError  # type: ignore[import-untyped]
from connexion.operations import AbstractOperation  # type: ignore[import-untyped]
from connexion.resolver import Resolver  # type: ignore[import-untyped]
from connexion.spec import Specification  # type: ignore[import-untyped]

from backend_common.api import place, reasons, yaml_file
from backend_common.api.checks import check_patterns, check_permissions, check_references
from backend_common.api.functions import find
from backend_common.api.openapi31 import OpenAPI31Specification
from backend_common.api.operation import Options, make_view, plain_path, rule_of
from backend_common.api.place import PlaceError, pointer
from backend_common.api.schemas import Dialect, SchemaError, draft_4, draft_2020_12
from backend_common.api.security import asks_for_permission
from backend_common.core.app import Application
from backend_common.core.startup import StartupError

CHANGING = {"post", "put", "patch", "delete"}
"""The methods of operations that may change something."""

_TEMPLATE = re.compile(r"\{[^}]*\}")


class DocumentError(StartupError):
    """A document cannot be served."""


def register(
    app: Application,
    document: Path | Mapping[str, Any],
    base_path: str | None,
    options: Options,
    *,
    taken: Collection[str],
    public: Collection[str],
    resolver: Any = None,
) -> Specification:
    """Add the operations of a document to the routes of *app*.

    :param document: where it is, or what is in it.
    :param base_path: in place of the document's own, if it is not None.
    :param taken: the base paths of the documents that are there already.
    :param public: the operationIds of what everybody may change in production.
    :param resolver: a Resolver of connexion's, or a function that returns the function of an
        operationId; None looks for its dotted name.
    :return: the document, as connexion has it.
    :raises DocumentError: the document is missing or invalid, or a function is.
    """
    try:
        if isinstance(document, Mapping):
            specification, dialect = _specification(_as_json(document), Path(app.root_path))
        else:
            specification, dialect = _specification(yaml_file.read(document), document)
        if base_path is not None:
            specification.base_path = base_path
        if specification.base_path in taken:
            raise PlaceError(
                f"another document is under {specification.base_path or '/'}; "
                "give register() another base_path",
                "#",
            )
        routes = _routes(
            app,
            specification,
            dialect,
            options,
            public=public,
            resolver=_resolver(specification, resolver),
        )
        for rule, arguments in routes:
            app.add_url_rule(rule, **arguments)
    except (
        InvalidSpecification,
        OSError,
        RecursionError,
        RefResolutionError,
        ResolverError,
        UnicodeDecodeError,
        yaml.YAMLError,
        PlaceError,
    ) as error:
        name = "that register() was given" if isinstance(document, Mapping) else str(document)
        message = f"cannot serve the document {name}: {reasons.of(error)}; correct the document"
        raise DocumentError(message) from error
    return specification


def operation_ids(document: Mapping[str, Any]) -> set[str]:
    """Return the operationIds in *document*."""
    return {
        item[method]["operationId"]
        for item in document.get("paths", {}).values()
        for method in METHODS & item.keys()
        if "operationId" in item[method]
    }


def _as_json(node: Any) -> Any:
    """Return a copy of *node* with text for all keys, as in JSON: a status may be a number."""
    if isinstance(node, Mapping):
        return {str(key): _as_json(value) for key, value in node.items()}
    return [_as_json(each) for each in node] if isinstance(node, list | tuple) else node


def _specification(raw: Any, path: Path) -> tuple[Specification, Dialect]:
    """Return the document *raw*, whose relative references start at *path*."""
    version = str((raw.get("openapi") or raw.get("swagger")) if isinstance(raw, dict) else "")
    if not re.match(r"(2\.0|3\.[01]\.\d+)\Z", version):
        raise PlaceError(
            'it must begin with swagger: "2.0", openapi: "3.0.x" or openapi: "3.1.x"', "#"
        )
    check_patterns(raw, (), raw)
    check_permissions(raw)
    if not version.startswith("3.1"):
        check_references(raw, ())
    if version.startswith("3.1"):
        specification = OpenAPI31Specification(raw, uri=path.absolute().as_uri())
        return specification, draft_2020_12(specification.lookup)
    return Specification.from_dict(raw, base_uri=f"{path.parent}/"), draft_4()


def _routes(
    app: Application,
    specification: Specification,
    dialect: Dialect,
    options: Options,
    *,
    public: Collection[str],
    resolver: Any,
) -> list[tuple[str, dict[str, Any]]]:
    """Make all views before the first route: a document is served as a whole or not at all."""
    base_path = specification.base_path
    prefix = base_path.strip("/")
    routes: dict[str, tuple[str, dict[str, Any]]] = {}
    unguarded: dict[str, str] = {}
    for path, item in specification.get("paths", {}).items():
        # NB: Werkzeug answers HEAD with the view for GET if that comes first.
        methods = sorted((each for each in item if each in METHODS), key="head".__ne__)
        for method in methods:
            try:
                operation = specification.operation_cls.from_spec(
                    specification, path=path, method=method, resolver=resolver
                )
            except ResolverError as error:
                raise PlaceError(str(error), pointer("paths", path, method)) from error
            if not operation.operation_id:
                raise PlaceError(
                    "there is no operationId, and the resolver gave none: add one",
                    pointer("paths", path, method),
                )
            name = flaskify_endpoint(operation.operation_id)
            endpoint = f"{prefix}/{name}" if prefix else name
            if endpoint in routes or endpoint in app.view_functions:
                raise PlaceError(
                    f"there is another operation {operation.operation_id} under {base_path or '/'}",
                    pointer("paths", path, method),
                )
            try:
                view = make_view(app, operation, dialect, options)
                rule = plain_path(base_path) + rule_of(path, operation)
            except ValueError as error:
                raise PlaceError(str(error), pointer("paths", path, method)) from error
            _check_route(app, rule, method, specification, path)
            arguments = {
                "endpoint": endpoint,
                "view_func": view,
                "methods": [method.upper()],
                # NB: None, which is yes; True answers OPTIONS and does not route it (Flask 3.1).
                "provide_automatic_options": False if "options" in methods else None,
            }
            routes[endpoint] = (rule, arguments)
            if app.in_production and method in CHANGING and not _asks(operation, public):
                unguarded[pointer("paths", path, method)] = operation.operation_id
    _check_unguarded(unguarded)
    try:
        dialect.compile()
    except SchemaError as error:
        raise PlaceError(str(error), place.of_schema(specification, error.schema)) from error
    return list(routes.values())


def _check_route(
    app: Application, rule: str, method: str, specification: Specification, path: str
) -> None:
    """Find another view, or another path of the document, that takes the requests to *rule*."""
    where = pointer("paths", path, method)
    if taken := app.url_map.taken(rule, [method.upper()]):
        raise PlaceError(
            f"{method.upper()} {rule} is already the view {taken!r}: remove one of the two, or "
            "give register() another base_path",
            where,
        )
    shape = _TEMPLATE.sub("{}", path)
    for other in specification["paths"]:
        if other != path and _TEMPLATE.sub("{}", other) == shape:
            raise PlaceError(f"the path {other} is the same with another name: join them", where)


def _resolver(specification: Specification, resolver: Any) -> Any:
    if resolver is None:
        resolver = find
        for path, item in specification.get("paths", {}).items():
            for method in METHODS & item.keys():
                if not item[method].get("operationId"):
                    raise PlaceError(
                        "there is no operationId: add one, or give register() a resolver",
                        pointer("paths", path, method),
                    )
    return resolver if hasattr(resolver, "resolve") else Resolver(resolver)


def _asks(operation: AbstractOperation, public: Collection[str]) -> bool:
    return operation.operation_id in public or asks_for_permission(
        operation._operation, operation.security, operation.security_schemes or {}
    )


def _check_unguarded(unguarded: Mapping[str, str]) -> None:
    """Refuse operations, by their places, that would let everybody change something."""
    if unguarded:
        raise PlaceError(
            f"in production, these operations would need no permission: "
            f"{', '.join(sorted(unguarded.values()))}; give them security and x-permissions "
            "([] stands for every authenticated caller), or name them in the setting "
            "API_PUBLIC_OPERATIONS",
            min(unguarded),
        )
