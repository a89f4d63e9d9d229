"""A lock file on disk: JSON that reads well as a diff."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from please_cli.errors import UserError

Document = dict[str, Any]


@dataclass(frozen=True)
class Lockfile:
    """What sets one lock file apart from another.

    `path` is where it is in the checkout, `command` what makes it anew, `levels` how deep it has
    one entry a line; `versions` returns the version of each package in it.
    """

    path: str
    command: str
    levels: int
    versions: Callable[[Document], Mapping[str, str]]


def render(value: object, levels: int) -> str:
    """Return JSON in which dictionaries of the outer `levels` are sorted, one entry a line."""
    return _render(value, levels, "") + "\n"


def _render(value: object, levels: int, indent: str) -> str:
    if not isinstance(value, dict) or not levels or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + " "
    entries = (
        f"{inner}{json.dumps(key)}: {_render(value[key], levels - 1, inner)}"
        for key in sorted(value)
    )
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def read(path: Path, command: str) -> Document:
    """Return the document at `path`, empty when there is none yet.

    Raises UserError, which names `command` as the way to make it anew, when it is not JSON
    or not an object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}:{error.lineno}: not a lock file: {error.msg}; restore it from version "
            f"control, or delete it and run `{command}`"
        ) from error
    if not isinstance(document, dict):
        raise UserError(
            f"{path}: not a lock file: no object in it; restore it from version control, "
            f"or delete it and run `{command}`"
        )
    return document


def write(path: Path, text: str) -> bool:
    """Replace the file at `path` by `text` in one step; return whether that changed anything.

    Raises UserError when it cannot be written.
    """
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {error.strerror}; it is as it was before"
        ) from error
    return True
