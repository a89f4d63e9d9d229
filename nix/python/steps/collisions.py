"""Decide which package has a path of an environment that several have.

An environment can have one version alone of a file that Python imports or a system runs:

- below site-packages, modules (`.py`, `.pyc`) and, at its top, `.pth` files;
- anywhere, shared libraries and extension modules (`.so`, `.so.1`), and programs: files that begin
  with the magic number of ELF or with `#!`.

Anything else is metadata, a document or data. So is all below a `.dist-info` directory, share/doc
and share/man, and below doc and docs at the top of site-packages. Of such a file the environment
has that of the first package, and the build's log says so.

A manifest can choose, by [tool.services.collisions]: `"tests/__init__.py" = "package"`. A path is
relative to site-packages; a script is `bin/<name>`; a directory stands for all below it.
"""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from prefix import SITE_PACKAGES
from same_program import best_declaration, same_program

PROGRAM_MAGIC = (b"\x7fELF", b"#!")
LIBRARY = re.compile(r"\.so(\.|$)")
DOCUMENTS = re.compile(rf"share/(doc|man)/|{re.escape(SITE_PACKAGES)}/(docs?|[^/]+\.dist-info)/")

# How many lines the log of a build gets about files that are left out.
MOST_NOTES = 20


class Part(NamedTuple):
    """A part of an environment."""

    path: Path  # a prefix
    package: str  # whose it is
    version: str = ""
    is_root: bool = False  # whether the environment is made for that package

    def __str__(self) -> str:
        """Return its package as messages name it."""
        return f"{self.package} {self.version}".strip()


class Setting(NamedTuple):
    """A choice of a manifest."""

    path: str
    package: str
    manifest: str

    def __str__(self) -> str:
        """Return its place and its text."""
        return f'{self.manifest}: [tool.services.collisions]: "{self.path}" = "{self.package}"'


class Collisions:
    """The decisions for one environment.

    Args:
        settings: The choices of manifests.
        manifest: The manifest that errors name as the place for a further choice.
    """

    def __init__(self, settings: Iterable[Setting], manifest: str) -> None:
        self._settings = {setting.path.strip("/"): setting for setting in settings}
        self._manifest = manifest
        self._used: set[Setting] = set()
        self._notes: list[str] = []

    def chosen(self, path: PurePath, parts: Sequence[Part]) -> Part | None:
        """Return the part that a manifest chooses for a path, or None if there is no choice.

        Args:
            path: The path in the environment.
            parts: Those that have it.
        """
        named = PurePath(setting_path(path))
        for place in (named, *named.parents):
            setting = self._settings.get(str(place))
            for part in parts:
                if setting and part.package == setting.package:
                    self._used.add(setting)
                    return part
        return None

    def choose(self, path: PurePath, parts: Sequence[Part]) -> Part:
        """Return the part whose file, or directory, an environment has at a path.

        Args:
            path: The path in the environment.
            parts: Those that have it, in their order.

        Raises:
            SystemExit: It is code, and not the same program in all of them.
        """
        if chosen := self.chosen(path, parts):
            return chosen
        first, *others = parts
        files = [part.path / path for part in parts]
        if all(file.is_file() for file in files):
            sources = [file.read_bytes() for file in files]
            if path.name == "__init__.py" and (best := best_declaration(sources)) is not None:
                return parts[best]
            same = same_program if path.suffix == ".py" else bytes.__eq__
            others = [
                part
                for part, source in zip(others, sources[1:], strict=True)
                if not same(sources[0], source)
            ]
        if others and any(is_code(path, file) for file in files):
            raise SystemExit(self.error(path, first, others[0]))
        for other in others:
            self.note(path, first, other)
        return first

    def error(self, path: PurePath, one: Part, other: Part) -> str:
        """Return the error of a path that is code and not the same in two packages."""
        paths = colliding(path, one, other)
        # The choice of a directory saves one build for each of its files.
        named = setting_path(PurePath(os.path.commonpath(paths)))
        every = f" (all {len(paths)} files there)" if len(paths) > 1 else ""
        return (
            f"error: {path} is in two packages, with different content: {one} and {other}. "
            f'{self.advice(PurePath(named), one)} or "{named}" = "{other.package}"{every}, or '
            "leave one of them out, or lock versions that do not collide."
        )

    def advice(self, path: PurePath, one: Part) -> str:
        """Return how a manifest chooses a part for a path."""
        setting = f'"{setting_path(path)}" = "{one.package}"'
        return f"Choose one in {self._manifest}: [tool.services.collisions] {setting}"

    def note(self, path: PurePath, taken: Part, left: Part) -> None:
        """Note for the log that one file is taken, and another left out."""
        self._notes.append(f"note: {path} is that of {taken}; that of {left} is left out")

    def report(self) -> None:
        """Write the notes to standard error."""
        for note in self._notes[:MOST_NOTES]:
            print(note, file=sys.stderr)
        if (more := len(self._notes) - MOST_NOTES) > 0:
            print(f"note: {more} more files are left out", file=sys.stderr)

    def check(self, parts: Sequence[Part], scripts: Iterable[str], *, is_whole: bool) -> None:
        """Check that each choice had an effect, once all paths are decided.

        Args:
            parts: The parts of the environment.
            scripts: The names of the scripts that the parts have or declare, as package/name.
            is_whole: Whether the environment has all that its packages ask for, in tests too. In a
                smaller one, a path that collides elsewhere need not.

        Raises:
            SystemExit: A choice had no effect; the message names it.
        """
        known = set(scripts)
        for setting in sorted(set(self._settings.values()) - self._used):
            own = [part for part in parts if part.package == setting.package]
            path = setting.path.strip("/")
            places = [Path(SITE_PACKAGES, path), Path(path)]
            name = f"{setting.package}/{path.removeprefix('bin/')}"
            exists = name in known or any(
                (part.path / place).exists() for part in own for place in places
            )
            if own and not exists:
                raise SystemExit(
                    f"error: {setting}: {own[0]} has no {path}. Correct the path or delete the "
                    "line."
                )
            if is_whole:
                reason = "nothing collides there" if own else f"{setting.package} is not needed"
                raise SystemExit(f"error: {setting}: {reason}. Delete the line.")


def colliding(path: PurePath, one: Part, other: Part) -> list[PurePath]:
    """Return what collides of two packages in the package, or namespace, that a path is in.

    Args:
        path: A path in an environment that collides.
        one: A part that has it.
        other: Another one.
    """
    if not path.is_relative_to(SITE_PACKAGES) or path.parent == PurePath(SITE_PACKAGES):
        return [path]
    top = PurePath(SITE_PACKAGES, path.relative_to(SITE_PACKAGES).parts[0])
    files = sorted(file for file in (one.path / top).rglob("*") if file.is_file())
    paths = [PurePath(file.relative_to(one.path)) for file in files]
    found = [
        each for each in paths if "__pycache__" not in each.parts and collides(each, one, other)
    ]
    return found or [path]


def collides(path: PurePath, one: Part, other: Part) -> bool:
    """Tell whether two parts have different code at a path, a file of the one."""
    files = [one.path / path, other.path / path]
    if not files[1].is_file() or not any(is_code(path, file) for file in files):
        return False
    sources = [file.read_bytes() for file in files]
    if path.name == "__init__.py" and best_declaration(sources) is not None:
        return False
    return not (same_program if path.suffix == ".py" else bytes.__eq__)(*sources)


def setting_path(path: PurePath) -> str:
    """Return a path of an environment as settings write it."""
    if path.is_relative_to(SITE_PACKAGES):
        return str(path.relative_to(SITE_PACKAGES))
    return str(path)


def is_code(path: PurePath, file: Path) -> bool:
    """Tell whether Python imports a file, or a system runs it; of a directory, any file in it.

    Args:
        path: Its path in an environment.
        file: Where it is.
    """
    if file.is_dir():
        return any(is_code(path / entry.name, entry) for entry in sorted(file.iterdir()))
    if DOCUMENTS.match(str(path)):
        return False
    if path.is_relative_to(SITE_PACKAGES):
        is_top = path.parent == PurePath(SITE_PACKAGES)
        if path.suffix in (".py", ".pyc") or (path.suffix == ".pth" and is_top):
            return True
    if LIBRARY.search(path.name):
        return True
    with file.open("rb") as content:
        return content.read(4).startswith(PROGRAM_MAGIC)
