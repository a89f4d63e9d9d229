"""What build backends make of the manifests of the workspace's members (PEP 517).

The lock has it beside the digests of those manifests, and while these are the same, neither
`please lock` nor a build asks a backend again: nix/python/member.nix.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from email.parser import Parser
from pathlib import Path

from build import BuildBackendException, BuildException, ProjectBuilder
from packaging.metadata import InvalidMetadata, Metadata
from packaging.utils import canonicalize_name

from please_cli import process, workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import environment, manifests
from please_cli.lock.python.declares import declares

# What setuptools says of a manifest, below a traceback of its own.
_CONFIGURATION = re.compile(r"^configuration error: (.+)$", re.MULTILINE)

ROOT = "services"
"""The name of the workspace itself among the packages of a resolve."""

PATIENCE = 600.0
"""For how long, in seconds, a build backend may run."""

# How many bytes of what a backend says are shown: the last ones.
_MOST_SAID = 1 << 16

_FIELDS = ("name", "version", "requires_python", "requires_dist", "provides_extra")


def read(root: Path, before: Mapping[str, Document]) -> dict[str, Document]:
    """Return what the lock has of each member of the checkout at `root`, by normalized name.

    That is `version`, `directory`, `manifests` (the hex SHA-256 of each, by name), `metadata` (the
    text of each file of the .dist-info directory, by its path in site-packages) and `declares`.
    What `before` has is taken from there while the manifests are the same.

    Raises UserError, with the message of the backend, if one fails.
    """
    members = workspace.members(root)
    with process.threads() as pool:
        entries = pool.map(lambda member: _read(member, before), members)
        return {member.key: entry for member, entry in zip(members, entries, strict=True)}


def core(files: Mapping[str, str]) -> Message:
    """Return the core metadata among the texts of a .dist-info directory's files.

    Raises KeyError when they have none.
    """
    for path, text in files.items():
        if path.endswith(".dist-info/METADATA"):
            return Parser().parsestr(text)
    raise KeyError("METADATA")


def _read(member: workspace.Member, before: Mapping[str, Document]) -> Document:
    directory = member.directory
    _check_inside(member)
    manifest = manifests.load(member.path / "pyproject.toml")
    _check_project(member, manifest)
    digests = manifests.digests(member)
    known = before.get(member.key, {})
    same = known.get("manifests") == digests and known.get("directory") == directory
    files = known["metadata"] if same else dict(_build(member))
    _check(directory, files)
    metadata = core(files)
    _check_name(member, metadata["Name"])
    return {
        "version": metadata["Version"],
        "directory": directory,
        "manifests": digests,
        "metadata": files,
        "declares": declares(metadata, manifest, f"{directory}/pyproject.toml"),
    }


def _build(member: workspace.Member) -> Iterator[tuple[str, str]]:
    """Yield the path in site-packages and the text of each file of a member's .dist-info."""
    directory = member.directory
    with (
        tempfile.TemporaryDirectory(prefix="please-lock-") as source,
        tempfile.TemporaryDirectory(prefix="please-lock-") as built,
        environment.clean() as variables,
    ):
        manifests.copy(member, Path(source))

        def run(
            cmd: Sequence[str],
            cwd: str | None = None,
            extra_environ: Mapping[str, str] | None = None,
        ) -> None:
            _call(cmd, cwd, {**variables, **(extra_environ or {})})

        try:
            # In this environment, which has the backend, not in one made for it.
            info = Path(ProjectBuilder(source, runner=run).metadata_path(built))
            if info.parent != Path(built) or not info.is_dir():
                raise _unreadable(
                    directory, f"{info} is not a directory in the one that it was given"
                )
        except BuildException as error:
            raise UserError(f"{directory}/pyproject.toml: {error}; correct it") from error
        except BuildBackendException as error:
            if wrong := _CONFIGURATION.search(_output(error)):
                raise UserError(f"{directory}/pyproject.toml: {wrong[1]}; correct it") from error
            raise UserError(
                f"the build backend of {directory} failed; correct its pyproject.toml or setup.py "
                "(the members of the workspace are built with setuptools)",
                _output(error),
            ) from error
        except TypeError as error:
            raise _unreadable(directory, "it does not return the name of a directory") from error
        for path in sorted(info.rglob("*")):
            if path.is_file():
                try:
                    yield str(path.relative_to(info.parent)), path.read_text(encoding="utf-8")
                except UnicodeDecodeError as error:
                    raise _unreadable(directory, f"{path.name}: {error}") from error


def _call(command: Sequence[str], directory: str | None, variables: Mapping[str, str]) -> None:
    """Run a hook of a backend, for a bounded time.

    What it says goes to a file: a process that it leaves behind would hold a pipe open. Raises
    subprocess.CalledProcessError with the end of that, and subprocess.TimeoutExpired.
    """
    with tempfile.TemporaryFile() as said:
        try:
            process.call(
                command,
                PATIENCE,
                cwd=directory,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        except subprocess.CalledProcessError as error:
            said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_SAID))
            error.output = said.read()
            raise


def _check(directory: str, files: Mapping[str, str]) -> None:
    """Raise UserError for core metadata that another installer would refuse."""
    try:
        text = core(files).as_string()
        parsed = Metadata.from_email(text, validate=False)
        for field in _FIELDS:
            getattr(parsed, field)
    except KeyError as error:
        raise _unreadable(directory, "it has no METADATA") from error
    except (InvalidMetadata, ExceptionGroup) as error:
        raise _unreadable(directory, str(error)) from error


def _unreadable(directory: str, why: str) -> UserError:
    return UserError(
        f"the build backend of {directory} makes metadata that cannot be read: {why}; correct its "
        "pyproject.toml or setup.py"
    )


def _check_inside(member: workspace.Member) -> None:
    # A member itself is no link (workspace.py), but the directory that it is in may be one.
    parent = member.path.parent
    if parent.is_symlink():
        raise UserError(
            f"{parent.name}/ is a symbolic link; put the directory itself there, because nothing "
            "outside of the checkout is locked"
        )


def _check_project(member: workspace.Member, manifest: Mapping[str, object]) -> None:
    # setuptools takes a manifest that says nothing for a project of the version 0.0.0.
    if (
        "project" not in manifest
        and not {"setup.py", "setup.cfg"} & manifests.digests(member).keys()
    ):
        raise UserError(
            f"{member.directory}/pyproject.toml has no table [project]; give the project a name "
            "and a version there (README.md, 'Adding a service')"
        )


def _check_name(member: workspace.Member, name: str) -> None:
    if canonicalize_name(name) == ROOT:
        raise UserError(
            f"{member.directory}: {ROOT!r} is the name of the workspace itself; take another"
        )
    if canonicalize_name(name) != member.key:
        raise UserError(
            f"{member.directory}/pyproject.toml: the project is named {name}, its directory "
            f"{member.name}; give both one name"
        )


def _output(error: BuildBackendException) -> str:
    """Return what a backend printed before it failed, or what the failure is."""
    if isinstance(error.exception, subprocess.CalledProcessError):
        printed: bytes = error.exception.output
        return printed.decode(errors="replace")
    if isinstance(error.exception, subprocess.TimeoutExpired):
        return f"it did not end within {PATIENCE:.0f} seconds"
    return str(error)
