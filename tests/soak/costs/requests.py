"""Requests of the largest size, made for one operation of a document."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from .values import DEEP, TEXTS, VALUES, Make

Json = dict[str, Any]
Request = dict[str, Any]
Draft = partial[Request]
"""Makes a request when it is needed: together they are gigabytes."""

LARGEST = 2**20
"""The default of API_MAX_BODY, in bytes."""
LONGEST_QUERY = 8000
"""Bytes of a request line that servers let pass, or fewer."""
DEEPEST = 3  # properties and items in one another to put values into

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BOUNDARY = f"{MULTIPART}; boundary=x"


def of_operation(document: Json, path: str, method: str, operation: Json) -> Iterator[Draft]:
    """Yield drafts of requests to one operation of a document."""
    common = {"path": path, "method": method.upper()}
    for media_type, schema in bodies(document, operation):
        sent = media_type
        if media_type == URLENCODED:
            makes = urlencoded(names(document, schema))
        elif media_type == MULTIPART:
            makes, sent = multipart(names(document, schema)), BOUNDARY
        elif media_type.endswith("json"):
            makes = within(document, schema)
        else:
            makes = iter(TEXTS)
        for make in makes:
            yield partial(_with_body, {**common, "content_type": sent}, make)
    for each in parameters(document, operation):
        if each["in"] == "query":
            for make in queries(each["name"]):
                yield partial(_with_query, common, make)


def _with_body(common: Json, make: Make) -> Request:
    return {**common, "data": make(LARGEST).encode()[:LARGEST]}


def _with_query(common: Json, make: Make) -> Request:
    query = make(LONGEST_QUERY)[:LONGEST_QUERY]
    return {**common, "query_string": query.encode().decode("latin-1")}


def _between(before: str, make: Make, after: str, room: int) -> str:
    return before + make(room - len((before + after).encode())) + after


def bodies(document: Json, operation: Json) -> Iterator[tuple[str, Any]]:
    """Yield the media types of the bodies that an operation takes, with their schemas."""
    content = resolve(document, operation.get("requestBody", {})).get("content", {})
    for media_type, each in content.items():
        yield media_type.partition(";")[0], each.get("schema", {})
    fields = {}
    for each in parameters(document, operation):
        if each["in"] == "body":
            yield JSON, each["schema"]
        elif each["in"] == "formData":
            fields[each["name"]] = each
    if fields:
        for media_type in operation.get("consumes", [URLENCODED]):
            yield media_type, {"properties": fields}


def parameters(document: Json, operation: Json) -> list[Json]:
    """Return the parameters of an operation."""
    return [resolve(document, each) for each in operation.get("parameters", [])]


def within(document: Json, schema: Any) -> Iterator[Make]:
    """Yield JSON with large values at all places of a schema, up to some depth."""
    for before, after in sorted(set(places(document, schema, DEEPEST))):
        for value in VALUES:
            yield partial(_between, before, value, after)


def places(document: Json, schema: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield what is before and after each place in a schema that a value may be at."""
    yield "", ""
    if not depth or not isinstance(schema, dict):
        return
    schema = resolve(document, schema)
    for word in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(word, []):
            yield from places(document, each, depth)
    for name, each in schema.get("properties", {}).items():
        for before, after in places(document, each, depth - 1):
            yield f'{{"{name}":{before}', after + "}"
    if isinstance(schema.get("additionalProperties"), dict):
        for before, after in places(document, schema["additionalProperties"], depth - 1):
            yield f'{{"other":{before}', after + "}"
    if isinstance(schema.get("items"), dict):
        for before, after in places(document, schema["items"], depth - 1):
            yield f"[{before}", after + "]"


def names(document: Json, schema: Any) -> list[str]:
    """Return the names of the fields of a form."""
    schema = resolve(document, schema)
    found = [*schema.get("properties", {}), "other"]
    for each in schema.get("allOf", []):
        found += names(document, each)
    return found


def urlencoded(fields: list[str]) -> Iterator[Make]:
    """Yield urlencoded forms."""
    for unit in ("&", "=&", "a=&", "%"):
        yield partial(_repeated, unit)
    yield lambda room: "&".join(f"{number:x}=" for number in range(room // 8))
    yield lambda _: "&".join(f"{number}=1" for number in range(9_999))
    for name in fields:
        start = f"{name}="
        for text in TEXTS:
            yield partial(_between, start, text, "")
        for value in VALUES:
            yield partial(_between, start, value, "")
            yield partial(_escaped, start, value)
        yield partial(_repeated, f"{start}1&")
        yield partial(_numbered, start)


def multipart(fields: list[str]) -> Iterator[Make]:
    """Yield multipart forms."""
    end = "\r\n--x--"
    for name in [*fields, "a" * 1000]:
        for more in ("", '; filename="f"', '; filename="f"\r\nContent-Type: application/json'):
            start = f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
            yield partial(_between, "", partial(_repeated, start + "1\r\n"), end)
            yield partial(_few, start + "1\r\n", end)
            for unit in ("\r\n", "\r\n--", "\r\n--x", "-", "\x00"):
                yield partial(_between, start, partial(_repeated, unit), end)
            for value in VALUES:
                yield partial(_between, start, value, end)
    yield partial(_between, "--x\r\n", partial(_repeated, "a: b\r\n"), end)
    yield partial(_between, "--x\r\n", partial(_repeated, "a"), "")


def queries(name: str) -> Iterator[Make]:
    """Yield query strings."""
    for value in VALUES:
        yield partial(_escaped, f"{name}=", value)
    for text in TEXTS:
        yield partial(_between, f"{name}=", text, "")
    yield partial(_repeated, f"{name}=1&")
    yield partial(_numbered, f"{name}=")
    yield lambda room: "&".join(f"{name}[{number}]=1" for number in range(room // 12))
    yield lambda _: name + "[a]" * DEEP + "=1"
    yield partial(_between, name, partial(_repeated, "[a]"), "=1")
    yield partial(_repeated, "&")


def _repeated(unit: str, room: int) -> str:
    return unit * (room // len(unit.encode()))


def _few(part: str, end: str, _room: int) -> str:
    """Return as many parts as Werkzeug allows."""
    return part * 990 + end


def _numbered(start: str, room: int) -> str:
    return "&".join(f"{start}{number}" for number in range(min(9_999, room // (len(start) + 6))))


def _escaped(start: str, make: Make, room: int) -> str:
    return start + quote(make(room // 3))


def resolve(document: Json, schema: Any) -> Json:
    """Follow references inside of the document."""
    while isinstance(schema, dict) and "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema if isinstance(schema, dict) else {}
