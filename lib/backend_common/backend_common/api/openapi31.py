"""OpenAPI 3.1 documents, which connexion 3.3 does not read.

Their schemas are JSON Schema 2020-12 as it is, so nothing is translated: references in them are
resolved where they are used, and their neighbours count. All else that may be a reference (a
parameter, a response, …) is replaced by what it leads to, as connexion does in older documents.

``openapi-3.1.json`` beside this module is the schema of documents that the OpenAPI Initiative
publishes under its ``$id``, unchanged (Apache License 2.0).
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

import yaml  # type: ignore[import-untyped]
from connexion.exceptions import InvalidSpecification  # type: ignore[import-untyped]
from connexion.http_facts import METHODS  # type: ignore[import-untyped]
from connexion.spec import OpenAPISpecification  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError, best_match  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT202012

from backend_common.api import yaml_file
from backend_common.api.below import below

DIALECTS = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/base",
)

# NB: without "regex", which jsonschema takes for Python's; patterns.py checks those.
_FORMATS = FormatChecker(set(Draft202012Validator.FORMAT_CHECKER.checkers) - {"regex"})

Node = dict[str, Any]


class OpenAPI31Specification(OpenAPISpecification):  # type: ignore[misc]
    """connexion's interface to a document of OpenAPI 3.1.

    :param raw_spec: the document, with text for all keys.
    :param uri: where it is, a ``file:`` URI; relative references start there.
    :raises InvalidSpecification: it is not as the specification says.
    """

    def __init__(self, raw_spec: Node, *, uri: str) -> None:
        _validate(raw_spec)
        empty: Registry[Any] = Registry(retrieve=_read)  # type: ignore[call-arg]
        document: Node = _absolute(raw_spec, uri)
        self.registry = empty.with_resources(
            (each, DRAFT202012.create_resource(node))
            for each, node in {uri: document, **_embedded(document, uri)}.items()
        )
        self._check_references(document, (), set())
        self._raw_spec = deepcopy(raw_spec)
        self._base_uri = uri
        self._spec = self._resolved(deepcopy(document))
        self._set_defaults(self._spec)

    def clone(self) -> "OpenAPI31Specification":
        """Return a copy, which may get another base path."""
        return type(self)(deepcopy(self._raw_spec), uri=self._base_uri)

    def _check_references(
        self, node: Any, place: tuple[str, ...], seen: set[str], *, has_names: bool = False
    ) -> None:
        """Find references that lead nowhere, which would fail in a request."""
        if isinstance(node, Mapping) and not has_names:
            for reference in (node.get("$ref"), node.get("$dynamicRef")):
                if isinstance(reference, str) and reference not in seen:
                    seen.add(reference)
                    self._check_references(self._lookup(reference, place), place, seen)
        for key, each, names in below(node, has_names=has_names):
            self._check_references(each, (*place, key), seen, has_names=names)

    def lookup(self, reference: str) -> Any:
        """Return what *reference*, as it is in this document, leads to.

        :raises Unresolvable: it leads nowhere.
        """
        base, fragment = urldefrag(reference)
        resolver = self.registry.resolver()
        if not fragment or fragment.startswith("/"):
            return resolver.lookup(reference).contents
        found = list(_anchored(resolver.lookup(base).contents, fragment))
        if not found:
            raise Unresolvable(ref=reference)
        if len(found) > 1:
            raise InvalidSpecification(
                f"the anchor #{fragment} is in more than one place, which is not supported: "
                "use a reference with a path"
            )
        return found[0]

    def _lookup(self, reference: str, place: tuple[str, ...]) -> Any:
        try:
            return self.lookup(reference)
        except Unresolvable as error:
            message = f"the reference {reference} leads nowhere"
            cause: BaseException | None = error
            while cause:
                if isinstance(cause, yaml.YAMLError):
                    message = f"the reference {reference} leads to a file that is wrong: {cause}"
                cause = cause.__cause__
            raise InvalidSpecification(message, path=place) from error

    def _resolved(self, document: Node) -> Node:
        """Replace the references in *document*, but those in schemas."""
        components = document.get("components", {})
        schemes = components.get("securitySchemes", {})
        components["securitySchemes"] = {name: self._follow(each) for name, each in schemes.items()}
        for name, schema in components.get("schemas", {}).items():
            _check_schema(schema, ("components", "schemas", name))
        document["components"] = components
        document["paths"] = {
            path: self._path_item(item, ("paths", path))
            for path, item in document.get("paths", {}).items()
            if path.startswith("/")
        }
        return document

    def _path_item(self, item: Node, place: tuple[str, ...]) -> Node:
        item = self._follow(item)
        item["parameters"] = self._parameters(item, place)
        for method in METHODS & item.keys():
            operation, here = item[method], (*place, method)
            operation["parameters"] = self._parameters(operation, here)
            if "requestBody" in operation:
                operation["requestBody"] = self._follow(operation["requestBody"])
                self._check_content(operation["requestBody"], (*here, "requestBody"))
            operation["responses"] = {
                status: self._response(each, (*here, "responses", status))
                for status, each in operation.get("responses", {}).items()
            }
        return item

    def _parameters(self, node: Node, place: tuple[str, ...]) -> list[Node]:
        parameters = [self._follow(each) for each in node.get("parameters", [])]
        for number, each in enumerate(parameters):
            here = (*place, "parameters", str(number))
            _check_schema(each.get("schema", {}), (*here, "schema"))
            self._check_content(each, here)
        return parameters

    def _response(self, node: Node, place: tuple[str, ...]) -> Node:
        response = self._follow(node)
        self._check_content(response, place)
        headers = response.get("headers", {})
        response["headers"] = {name: self._follow(each) for name, each in headers.items()}
        return response

    def _check_content(self, node: Node, place: tuple[str, ...]) -> None:
        for media_type, each in node.get("content", {}).items():
            _check_schema(each.get("schema", {}), (*place, "content", media_type, "schema"))

    def _follow(self, node: Node) -> Node:
        """Return what *node* refers to, or itself."""
        seen: set[str] = set()
        while "$ref" in node:
            reference = node["$ref"]
            if reference in seen:
                raise InvalidSpecification(f"the reference {reference} leads to itself")
            seen.add(reference)
            # Whatever the reference says besides, a summary or a description, goes before.
            besides = {key: value for key, value in node.items() if key != "$ref"}
            node = {**deepcopy(self._lookup(reference, ())), **besides}
        return node


def _validate(document: Node) -> None:
    """Validate *document* against the schema that the OpenAPI Initiative publishes.

    It has no say about what is inside of schemas, which ``_check_schema`` does.
    """
    dialect = document.get("jsonSchemaDialect", DIALECTS[0])
    if dialect not in DIALECTS:
        raise InvalidSpecification(
            f"schemas in the dialect {dialect} are not supported; leave it out",
            path=["jsonSchemaDialect"],
        )
    text = resources.files("backend_common.api").joinpath("openapi-3.1.json").read_text("utf-8")
    if error := best_match(Draft202012Validator(json.loads(text)).iter_errors(document)):
        raise InvalidSpecification.create_from(error)


def _check_schema(schema: Any, place: tuple[str, ...]) -> None:
    try:
        Draft202012Validator.check_schema(schema, format_checker=_FORMATS)
    except SchemaError as error:
        raise InvalidSpecification(error.message, path=[*place, *error.absolute_path]) from error


def _absolute(node: Any, base: str, *, has_names: bool = False) -> Any:
    """Return *node* with references that do not depend on where it is.

    :param has_names: whether the keys of *node* are names, and no keywords.
    """
    if isinstance(node, list):
        return [_absolute(each, base) for each in node]
    if not isinstance(node, Mapping):
        return node
    if has_names:
        return {name: _absolute(each, base) for name, each in node.items()}
    base = _base(node, base)
    changed = dict(node)
    for key, each, names in below(node):
        if key in ("$ref", "$dynamicRef") and isinstance(each, str):
            changed[key] = urljoin(base, each)
        else:
            changed[key] = _absolute(each, base, has_names=names)
    return changed


def _base(node: Mapping[str, Any], base: str) -> str:
    """Return where the references in *node* start: at its own identifier, if it has one."""
    identifier = node.get("$id")
    return urljoin(base, identifier) if isinstance(identifier, str) else base


def _embedded(node: Any, base: str, *, has_names: bool = False) -> dict[str, Node]:
    """Return the schemas in *node* that have identifiers, by these."""
    found: dict[str, Node] = {}
    if isinstance(node, Mapping) and not has_names:
        inner = _base(node, base)
        if inner != base:
            found[inner] = dict(node)
        base = inner
    for _, each, names in below(node, has_names=has_names):
        found |= _embedded(each, base, has_names=names)
    return found


def _anchored(node: Any, name: str, *, has_names: bool = False) -> Iterator[Any]:
    """Yield the schemas in *node* with the anchor *name*."""
    is_schema = isinstance(node, Mapping) and not has_names
    if is_schema and name in (node.get("$anchor"), node.get("$dynamicAnchor")):
        yield node
    for _, each, names in below(node, has_names=has_names):
        yield from _anchored(each, name, has_names=names)


def _read(uri: str) -> Resource[Any]:
    """Return another file of the document; one elsewhere than on this machine is not fetched."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise NoSuchResource(uri)
    try:
        document = yaml_file.read(Path(url2pathname(unquote(parts.path))))
    except OSError as error:
        raise NoSuchResource(uri) from error
    return DRAFT202012.create_resource(_absolute(document, uri))
