"""Resolves that need not be resolved again, because nothing that they are made of has changed.

A mark is an empty file in the user's cache. Its name is a digest of all that a lock is made from,
and of that lock. So it says: made from this, the lock is this. No mark is in the checkout: two
branches that both change a lock would have to merge it.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import please_cli.lock
from please_cli.lock.document import Document
from please_cli.lock.python import environment, static
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.packages import Locked
from please_cli.lock.python.resolves import Resolve

MOST = 1000
"""The most marks that are kept: the newest ones."""


def directory() -> Path:
    """Return the directory of the marks, which need not exist."""
    return environment.caches() / "services/locked"


@dataclass(frozen=True)
class Marks:
    """The marks of the resolves of a checkout.

    Attributes:
        directory: The directory that they are in; None for no marks.
        root: The checkout.
        members: What the lock has of each member (metadata.py).
        others: What a lock is made of beside the manifests: the indexes.
    """

    directory: Path | None
    root: Path
    members: Mapping[str, Document]
    others: Iterable[object]

    def locked(self, resolve: Resolve, lock: Lock) -> Locked | None:
        """Return what a lock has of a resolve, or None if it may have to be another."""
        content = _content(resolve, lock)
        if self.directory is None or content is None:
            return None
        mark = self.directory / self._name(resolve, content)
        if not mark.exists():
            return None
        with suppress(OSError):  # a cache of another user serves, too
            mark.touch()
        return Locked(content["packages"], content["members"], content["groups"])

    def add(self, resolves: Iterable[Resolve], lock: Lock) -> None:
        """Remember that a lock is up to date. Where the cache cannot be written, nothing is."""
        if self.directory is None:
            return
        with suppress(OSError):
            self.directory.mkdir(parents=True, exist_ok=True)
            for resolve in resolves:
                if content := _content(resolve, lock):
                    (self.directory / self._name(resolve, content)).touch()
            marks = sorted(self.directory.iterdir(), key=_age, reverse=True)
            for old in marks[MOST:]:
                old.unlink(missing_ok=True)

    def _name(self, resolve: Resolve, content: Document) -> str:
        made_of = {
            "code": _code(),
            "uv": version("uv"),
            "python": sys.version,
            "resolve": [resolve.name, resolve.platform, repr(resolve.python)],
            "guests": {name: sorted(extras) for name, extras in resolve.guests.items()},
            "manifests": static.texts(self.root, resolve, self.members),
            "members": {name: member["directory"] for name, member in self.members.items()},
            "others": [repr(other) for other in self.others],
            "content": content,
        }
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _content(resolve: Resolve, lock: Lock) -> dict[str, Any] | None:
    """Return what a lock has of a resolve, or None if it lacks a part."""
    found = lock.resolves.get(resolve.name, {})
    try:
        return {
            **{name: found[name] for name in ("packages", "groups", "declares")},
            "members": {
                name: lock.members[name]["resolves"][resolve.name]
                for name in sorted(resolve.members)
            },
        }
    except KeyError:
        return None


@cache
def _code() -> str:
    """Return a digest of the code that makes a lock."""
    digest = hashlib.sha256()
    for path in sorted(Path(please_cli.lock.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _age(mark: Path) -> float:
    return mark.stat().st_mtime
