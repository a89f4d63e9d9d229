"""A lock file on disk: JSON that reads well as a diff."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from please_cli.errors import UserError

Document = dict[str, Any]


@dataclass(frozen=True)
class Lockfile:
    """The properties of one lock file.

    `path` is where it is in the checkout, `command` writes it, `levels` is the depth to which it
    has one entry a line; `versions` returns the version of each package in it, and raises
    ValueError, with a reason, for content that is no lock.
    """

    path: str
    command: str
    levels: int
    versions: Callable[[Document], Mapping[str, str]]

    def read(self, root: Path) -> Document:
        """Return its content in the checkout at `root`, empty when there is no such file yet.

        Raises UserError, with the way to restore it, when it is something else.
        """
        path = root / self.path
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except json.JSONDecodeError as error:
            raise self._broken(f"{path}:{error.lineno}", error.msg) from error
        except (RecursionError, ValueError) as error:
            raise self._broken(str(path), str(error)) from error
        try:
            self.versions(document)
        except (AttributeError, KeyError, TypeError) as error:
            raise self._broken(str(path), "its entries have another shape") from error
        except ValueError as error:
            raise self._broken(str(path), str(error)) from error
        return cast(Document, document)

    def _broken(self, where: str, why: str) -> UserError:
        return UserError(
            f"{where}: not a lock file: {why}; restore it (git checkout HEAD -- {self.path}), "
            f"then run `{self.command}`"
        )


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


def has(path: Path, text: str) -> bool:
    """Tell whether the file at `path` has this text."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def write(texts: Mapping[Path, str]) -> None:
    """Replace files by texts: all of them, or none where one cannot be written.

    Raises UserError in that case.
    """
    with ExitStack() as stack:
        staged = {path: stack.enter_context(_staged(path, text)) for path, text in texts.items()}
        for path, new in staged.items():
            with _explained(path):
                new.replace(path)


@contextmanager
def _staged(path: Path, text: str) -> Iterator[Path]:
    """Yield the path of a file with a text, beside that which it is to replace."""
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with _explained(path):
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {error.strerror}; the lock is as it was before"
        ) from error
