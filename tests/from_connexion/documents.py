"""Copies of connexion's documents, changed where `api` refuses them."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from .errors import ReplayError

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")

_PLACE = re.compile(r"\(at (#/paths/[^\s)]*)\)")
_OPTIONAL = re.compile(
    r"\((?:(?P<place>\w+) parameter|the (?:field|file)) '(?P<name>[^']+)'(?: of the body)? "
    r"may be missing\): describe it as required"
)
_TWICE = re.compile(r"is there twice, in line (?P<line>\d+) for the second time")


@dataclass(frozen=True)
class Changed:
    """An operation that a copy does not have as it was.

    Attributes:
        method: Its method in lower case.
        path: Matches the paths of requests to it.
        reason: The error that `register` raised.
    """

    method: str
    path: re.Pattern[str]
    reason: str


class Documents:
    """Copies of documents, in which an operation is changed or left out whenever one is refused.

    Args:
        directory: An empty directory for the copies.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._copies: dict[Path, Path] = {}
        self.changed: dict[Path, list[Changed]] = {}
        """The operations that each copy does not have as they were."""

    def copy(self, path: Path) -> Path:
        """Return the copy of a document, made with all that is beside it, once."""
        if path.parent not in self._copies:
            target = self._directory / str(len(self._copies))
            shutil.copytree(path.parent, target)
            self._copies[path.parent] = target
        copy = self._copies[path.parent] / path.name
        self.changed.setdefault(copy, [])
        return copy

    def write(self, document: dict[str, Any]) -> Path:
        """Return a file with a document, the same one for the same document."""
        text = yaml.safe_dump(document)
        file = self._directory / f"{hashlib.sha256(text.encode()).hexdigest()}.yaml"
        if file not in self.changed:
            file.write_text(text, "utf-8")
            self.changed[file] = []
        return file

    def change(self, copy: Path, error: str) -> bool:
        """Change the operation that an error names, and say whether it named one.

        Where the error says that something has to be required, it is from now on. Of a key that is
        there twice, the second stays. Else, the copy loses the operation.
        """
        text = copy.read_text("utf-8")
        document = yaml.safe_load(text)
        if twice := _TWICE.search(error):
            path, method = _operation_at(text, int(twice["line"]))
            self.changed[copy].append(Changed(method, _pattern(path), error))
            copy.write_text(yaml.safe_dump(document), "utf-8")
            return True
        place = _PLACE.search(error)
        if not place:
            return False
        path, *rest = (
            step.replace("~1", "/").replace("~0", "~") for step in place[1].split("/")[2:]
        )
        item = document["paths"][path]
        methods = [rest[0]] if rest and rest[0] in METHODS else list(item.keys() & METHODS)
        for method in methods:
            if not _requires(item[method], error):
                del item[method]
            self.changed[copy].append(Changed(method, _pattern(path), error))
        copy.write_text(yaml.safe_dump(document), "utf-8")
        return bool(methods)


def _requires(operation: dict[str, Any], error: str) -> bool:
    """Make required what an error says has to be, and say whether there was such a thing."""
    found = _OPTIONAL.search(error)
    if not found:
        return False
    for each in operation.get("parameters", ()):
        if each.get("name") == found["name"] and each["in"] == (found["place"] or "formData"):
            return _set(each, "required", True)
    body = operation.get("requestBody", {})
    for media in body.get("content", {}).values():
        schema = media.get("schema", {})
        names = schema.get("required", [])
        if found["name"] in schema.get("properties", {}):
            changed = _set(body, "required", True)
            return _set(schema, "required", list(dict.fromkeys([*names, found["name"]]))) or changed
    return False


def _set(node: dict[str, Any], key: str, value: Any) -> bool:
    """Set a key, and say whether that changed anything."""
    is_new = key not in node or node[key] != value
    node[key] = value
    return is_new


def _operation_at(text: str, line: int) -> tuple[str, str]:
    """Return the path and the method of the operation that has a line of a document."""
    paths = next(value for key, value in yaml.compose(text).value if key.value == "paths")
    for path, item in paths.value:
        for method, operation in item.value:
            if operation.start_mark.line < line <= operation.end_mark.line:
                return path.value, method.value
    raise ReplayError(f"no operation is in line {line} of a document: see {__file__}")


def _pattern(template: str) -> re.Pattern[str]:
    """Return what matches the paths of a template, below any base path."""
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile(".*" + ".+".join(re.escape(part) for part in parts), re.DOTALL)
