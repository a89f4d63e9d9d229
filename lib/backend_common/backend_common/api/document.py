"""One OpenAPI or Swagger document: connexion reads it, Flask gets its operations as routes.

Names that connexion does not promise are used in this package; a test lists them.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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

from backend_common.api import composition, patterns, yaml_file
from backend_common.api.functions import find
from backend_common.api.openapi31 import VALUES, OpenAPI31Specification
from backend_common.api.operation import Options, make_view, plain_path, rule_of
from backend_common.api.problems import shorten
from backend_common.api.schemas import Dialect, SchemaError, draft_4, draft_2020_12
from backend_common.api.security import PERMISSIONS, asks_for_permission
from backend_common.core.app import Application
from backend_common.core.startup import StartupError

CHANGING = {"post", "put", "patch", "delete"}
"""The methods of operations that may change something."""

_KINDS = ("in", "type", "scheme")
"""Keys whose value says of which kind an object is."""
_REFERENCE = "'$ref' is a required property"

_TEMPLATE = re.compile(r"\{[^}]*\}")


class DocumentError(StartupError):
    """A document cannot be served."""


class _PlaceError(Exception):
    """What is wrong, and where in the document."""

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(f"{shorten(reason)} (at {place})")


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
            raise _PlaceError(
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
        _PlaceError,
    ) as error:
        name = "that register() was given" if isinstance(document, Mapping) else str(document)
        message = f"cannot serve the document {name}: {_reason(error)}; correct the document"
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
        raise _PlaceError(
            'it must begin with swagger: "2.0", openapi: "3.0.x" or openapi: "3.1.x"', "#"
        )
    _check_patterns(raw, (), raw)
    _check_permissions(raw)
    if not version.startswith("3.1"):
        _check_references(raw, ())
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
                raise _PlaceError(str(error), _pointer("paths", path, method)) from error
            if not operation.operation_id:
                raise _PlaceError(
                    "there is no operationId, and the resolver gave none: add one",
                    _pointer("paths", path, method),
                )
            name = flaskify_endpoint(operation.operation_id)
            endpoint = f"{prefix}/{name}" if prefix else name
            if endpoint in routes or endpoint in app.view_functions:
                raise _PlaceError(
                    f"there is another operation {operation.operation_id} under {base_path or '/'}",
                    _pointer("paths", path, method),
                )
            try:
                view = make_view(app, operation, dialect, options)
                rule = plain_path(base_path) + rule_of(path, operation)
            except ValueError as error:
                raise _PlaceError(str(error), _pointer("paths", path, method)) from error
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
                unguarded[_pointer("paths", path, method)] = operation.operation_id
    _check_unguarded(unguarded)
    try:
        dialect.compile()
    except SchemaError as error:
        raise _PlaceError(str(error), _place(specification, error.schema)) from error
    return list(routes.values())


def _check_route(
    app: Application, rule: str, method: str, specification: Specification, path: str
) -> None:
    """Find another view, or another path of the document, that takes the requests to *rule*."""
    place = _pointer("paths", path, method)
    if taken := app.url_map.taken(rule, [method.upper()]):
        raise _PlaceError(
            f"{method.upper()} {rule} is already the view {taken!r}: remove one of the two, or "
            "give register() another base_path",
            place,
        )
    shape = _TEMPLATE.sub("{}", path)
    for other in specification["paths"]:
        if other != path and _TEMPLATE.sub("{}", other) == shape:
            raise _PlaceError(f"the path {other} is the same with another name: join them", place)


def _check_patterns(node: Any, place: tuple[str, ...], raw: Mapping[str, Any]) -> None:
    """Find regular expressions that are wrong, or whose cost has no bound."""
    if isinstance(node, Mapping):
        try:
            if isinstance(node.get("pattern"), str):
                patterns.translate(node["pattern"], node.get("maxLength"))
            if isinstance(node.get("patternProperties"), Mapping):
                for name in node["patternProperties"]:
                    patterns.of_names(name)
        except ValueError as error:
            used = _user(raw, node)
            reason = f"{error}; {used} has it" if used else str(error)
            raise _PlaceError(reason, _pointer(*place)) from error
        for key, value in node.items():
            if key not in VALUES:
                _check_patterns(value, (*place, key), raw)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            _check_patterns(value, (*place, str(number)), raw)


def _check_references(node: Any, place: tuple[str, ...]) -> None:
    """Find properties that are called ``$ref``, which connexion takes for references."""
    if isinstance(node, Mapping):
        if "$ref" in node and not isinstance(node["$ref"], str):
            raise _PlaceError(
                "'$ref' is not the text of a reference; a property of that name needs OpenAPI 3.1",
                _pointer(*place),
            )
        for key, value in node.items():
            if key not in VALUES:
                _check_references(value, (*place, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            _check_references(value, (*place, str(number)))


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
            left.append(_at(raw, node["$ref"]))
    return False


def _at(raw: Any, reference: str) -> Any:
    """Return what a reference inside of the document leads to, or None."""
    for step in unquote(reference).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def _check_permissions(raw: Mapping[str, Any]) -> None:
    """Find permissions that nothing would enforce, where they are or as they are written."""
    _check_extensions(raw, (), is_operation=False)
    for path, item in (raw.get("paths") or {}).items():
        if not isinstance(item, Mapping):
            continue
        _check_extensions(item, ("paths", path), is_operation=False)
        for method in METHODS & item.keys():
            if isinstance(item[method], Mapping):
                _check_extensions(item[method], ("paths", path, method), is_operation=True)


def _resolver(specification: Specification, resolver: Any) -> Any:
    if resolver is None:
        resolver = find
        for path, item in specification.get("paths", {}).items():
            for method in METHODS & item.keys():
                if not item[method].get("operationId"):
                    raise _PlaceError(
                        "there is no operationId: add one, or give register() a resolver",
                        _pointer("paths", path, method),
                    )
    return resolver if hasattr(resolver, "resolve") else Resolver(resolver)


def _asks(operation: AbstractOperation, public: Collection[str]) -> bool:
    return operation.operation_id in public or asks_for_permission(
        operation._operation, operation.security, operation.security_schemes or {}
    )


def _check_unguarded(unguarded: Mapping[str, str]) -> None:
    """Refuse operations, by their places, that would let everybody change something."""
    if unguarded:
        raise _PlaceError(
            f"in production, these operations would need no permission: "
            f"{', '.join(sorted(unguarded.values()))}; give them security and x-permissions "
            "([] stands for every authenticated caller), or name them in the setting "
            "API_PUBLIC_OPERATIONS",
            min(unguarded),
        )


def _check_extensions(
    node: Mapping[str, Any], place: tuple[str, ...], *, is_operation: bool
) -> None:
    for key in node:
        if not re.fullmatch(r"x[-_]?permissions?", key, re.IGNORECASE):
            continue
        if key != PERMISSIONS:
            raise _PlaceError(f"{key} is unknown: write {PERMISSIONS}", _pointer(*place))
        if not is_operation:
            raise _PlaceError(f"{key} belong to an operation", _pointer(*place))


def _place(document: Mapping[str, Any], schema: Any) -> str:
    """Return the pointer to a schema in a document, or to all of it if it is not there."""
    wanted = composition.key(schema)
    seen: set[int] = set()
    left: list[tuple[Any, tuple[str, ...]]] = [(document[each], (each,)) for each in document]
    while left and isinstance(schema, Mapping):
        node, place = left.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if composition.key(node) == wanted:
            return _pointer(*place)
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        left += [(value, (*place, str(step))) for step, value in pairs]
    return _pointer()


def _pointer(*steps: object) -> str:
    """Return a JSON pointer in the form of a fragment (RFC 6901, section 6), for people."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{step}" for step in escaped)


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidSpecification):
        found = error
        while found.context:
            found = _nearest(found)
        return f"{shorten(found.message)} (at {_pointer(*found.absolute_path)})"
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
