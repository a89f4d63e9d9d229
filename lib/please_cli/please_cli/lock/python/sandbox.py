"""Asks build backends, in the sandbox of Nix: nix/request.nix.

The derivations of members are those that their builds have later.
"""

import json
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from please_cli import nix
from please_cli.errors import UserError
from please_cli.failures import NixError
from please_cli.lock.document import Document
from please_cli.lock.python import resolves
from please_cli.lock.python.builds import Wanted
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.metadata import Answer, Ask, unreadable
from please_cli.lock.python.packages import Entry
from please_cli.lock.python.survey import Surveyed

_REQUEST = "nix/request.nix"

# The resolves, which ask at the same time, share the one line of progress.
_one_at_a_time = threading.Lock()

# How many differences, and how many files, a note names.
_MOST_DIFFERENCES = 3
_MOST_FILES = 20

# Files of a .dist-info directory that belong to an installation.
_OF_AN_INSTALLATION = {"INSTALLER", "RECORD", "WHEEL"}


def is_there(root: Path) -> bool:
    """Tell whether backends of the checkout at `root` can be asked in the sandbox."""
    return shutil.which("nix-build") is not None and (root / _REQUEST).is_file()


def wanted(root: Path, surveyed: Sequence[Surveyed]) -> list[Wanted]:
    """Return the sets of requirements that the builds of members have, on each platform of theirs.

    A library may be a guest on any of them.
    """
    platforms = resolves.platforms(root)
    pythons = {each: Interpreter.locked(root, each) for each in set(platforms.values())}
    own = {each.member.key: _releases(root, each, platforms) for each in surveyed}
    used = sorted({release for releases in own.values() for release in releases})
    found: dict[tuple[str, str], Wanted] = {}
    for each in surveyed:
        releases = used if each.member.kind == "library" else own[each.member.key]
        for release in releases:
            key = each.system.key
            new = Wanted(key, release, pythons[release], each.system.requires)
            found.setdefault((release, key), new).manifests.append(
                f"{each.member.directory}/pyproject.toml"
            )
    return [found[key] for key in sorted(found)]


def _releases(root: Path, each: Surveyed, platforms: Mapping[str, str]) -> list[str]:
    """Return the releases of Debian that a member is built for, its own first."""
    entry = {"directory": each.member.directory}
    return list(dict.fromkeys(platforms[name] for name in resolves.chosen(root, entry, platforms)))


def asking(root: Path, builds: Mapping[str, Document]) -> Ask:
    """Return a function that asks backends of the checkout at `root`.

    `builds` is the content of the files of builds.py, by release. The function raises UserError
    with what a backend said if it fails.
    """
    platforms = resolves.platforms(root)

    def ask(surveyed: Sequence[Surveyed]) -> Mapping[str, Answer]:
        members = [
            {
                "name": each.member.key,
                "directory": each.member.directory,
                "release": _releases(root, each, platforms)[0],
                "build": each.system.key,
                "plain": each.rules,
            }
            for each in surveyed
        ]
        outputs = iter(_build(root, builds, members=members))
        answers = {}
        for each in surveyed:
            wheel = next(outputs)
            _note_files(each, json.loads((wheel / "live.json").read_text(encoding="utf-8"))["left"])
            files = dict(_texts(wheel, each))
            lines = [] if each.rules is None else next(outputs).read_text("utf-8").splitlines()
            if lines:
                _note_differences(each, lines)
            answers[each.member.key] = Answer(files, lines)
        return answers

    return ask


def sdist_metadata(
    root: Path, builds: Mapping[str, Document], release: str, name: str, entry: Entry
) -> str:
    """Return the core metadata that the build backend of a source distribution makes.

    Args:
        root: The checkout.
        builds: The content of the files of builds.py, by release, with what the build requires.
        release: The Debian release whose Python builds it.
        name: The name of the package.
        entry: What the lock has of it, or would have.

    Raises:
        UserError: The backend fails, or what it makes is not text.
    """
    asked = {"name": name, "release": release, "package": entry}
    (output,) = _build(root, builds, sdists=[asked])
    try:
        return output.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"the source distribution {name} {entry['version']} makes metadata that cannot be "
            f"read: {error}; ask for another version in the manifest that names it"
        ) from error


def _build(
    root: Path,
    builds: Mapping[str, Document],
    *,
    members: Sequence[Document] = (),
    sdists: Sequence[Document] = (),
) -> list[Path]:
    """Build what nix/request.nix says of some members and source distributions."""
    asked = {"builds": builds, "members": members, "sdists": sdists}
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="please-lock-") as directory:
        request = Path(directory) / "request.json"
        request.write_text(json.dumps(asked), encoding="utf-8")
        try:
            return nix.build_file(root, _REQUEST, {"request": str(request)})
        except NixError as error:
            raise UserError(
                error.message.replace("Correct it, and build again", "Correct it"), error.details
            ) from error


def _note_files(each: Surveyed, names: Sequence[str]) -> None:
    """Name the files of a member's packages that are not in its wheel."""
    if names:
        left = len(names) - _MOST_FILES
        more = f" and {left} more" if left > 0 else ""
        click.echo(
            f"note: no app has these files of {each.member.directory}, which are not in its wheel: "
            f"{', '.join(names[:_MOST_FILES])}{more}; if it needs them, add them to what its "
            "pyproject.toml packages"
        )


def _note_differences(each: Surveyed, lines: Sequence[str]) -> None:
    """Say that a member is built, although its manifest is plain, and why."""
    left = len(lines) - _MOST_DIFFERENCES
    more = f" and {left} more" if left > 0 else ""
    click.echo(
        f"note: {each.member.directory} is built by its backend, which takes longer than to copy "
        f"it: {', '.join(lines[:_MOST_DIFFERENCES])}{more}"
    )


def _texts(wheel: Path, each: Surveyed) -> list[tuple[str, str]]:
    """Return the path in site-packages and the text of each file of a wheel's metadata.

    Of a member that is not plain, the lock has the core metadata alone.
    """
    (info,) = (wheel / "metadata").glob("lib/python*/site-packages/*.dist-info")
    return [
        (str(path.relative_to(info.parent)), _text(path, each))
        for path in sorted(info.rglob("*"))
        if path.is_file()
        and path.name not in _OF_AN_INSTALLATION
        and (each.rules is not None or path.name == "METADATA")
    ]


def _text(path: Path, each: Surveyed) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise unreadable(each.member.directory, f"{path.name}: {error}") from error
