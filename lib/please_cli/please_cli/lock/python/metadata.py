"""What the build backends of the workspace's members say of them (PEP 517).

The lock has it beside the digests of the manifests. While these are the same, neither `please lock`
nor a build asks the backend of a plain member (plain.py) again: nix/python/member.nix. That of any
other member is asked each time, because its answer may depend on other files.

Where there is Nix, backends run in the sandbox (sandbox.py). Without it, the one of a plain member
runs here, from copies of the manifests alone.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

from build import BuildBackendException, BuildException, ProjectBuilder
from packaging.metadata import InvalidMetadata, Metadata
from packaging.utils import canonicalize_name

from please_cli import process, workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import build_system, environment, manifests, plain
from please_cli.lock.python.build_system import BuildSystem
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


@dataclass(frozen=True)
class Surveyed:
    """A member, and what can be said of it without its build backend.

    `manifest` is the content of its pyproject.toml, `digests` has the hex SHA-256 of each manifest,
    `system` is what builds it, and `rules` are those of plain.py, or None.
    """

    member: workspace.Member
    manifest: Mapping[str, Any]
    digests: Mapping[str, str]
    system: BuildSystem
    rules: Document | None

    def is_known(self, known: Document) -> bool:
        """Tell whether the lock's entry of a plain member still holds."""
        return (
            self.rules is not None
            and known.get("plain") == self.rules
            and known.get("manifests") == self.digests
            and known.get("directory") == self.member.directory
            and known.get("build") == self.system.key
        )


@dataclass(frozen=True)
class Answer:
    """What a build backend said, in the sandbox.

    `files` is the text of each file of the .dist-info directory, by its path in site-packages, and
    `differences` says how the copy of a plain member would differ from the wheel.
    """

    files: Mapping[str, str]
    differences: Sequence[str] = ()


Ask = Callable[[Sequence[Surveyed]], Mapping[str, Answer]]
"""Asks the build backends of members; returns what each said, by the member's normalized name."""


def survey(root: Path) -> list[Surveyed]:
    """Return what the manifests of the members of the checkout at `root` say.

    Raises UserError for a manifest that is not one.
    """
    with process.threads() as pool:
        return list(pool.map(_survey, workspace.members(root)))


def read(root: Path, before: Mapping[str, Document], ask: Ask | None = None) -> dict[str, Document]:
    """Return what the lock has of each member of the checkout at `root`, by normalized name.

    That is `version`, `directory`, `manifests` (the hex SHA-256 of each, by name), `metadata` (the
    text of each file of the .dist-info directory, by its path in site-packages; of a member that is
    not plain, the core metadata alone), `declares`, `build` (the requirements of its build) and
    `plain` (the rules by which it is copied, or None). What `before` has of a plain member is taken
    from there while the manifests are the same. `ask` asks backends; without it, they run here.

    Raises UserError, with the message of the backend, if one fails.
    """
    return entries(survey(root), before, ask)


def entries(
    found: Sequence[Surveyed], before: Mapping[str, Document], ask: Ask | None = None
) -> dict[str, Document]:
    """Return what the lock has of members, as `read` does."""
    known = {each.member.key: before.get(each.member.key, {}) for each in found}
    asked = [each for each in found if not each.is_known(known[each.member.key])]
    answers: Mapping[str, Answer]
    if ask is not None:
        answers = ask(asked) if asked else {}
    else:
        with process.threads() as pool:
            said = pool.map(lambda each: _here(each, known[each.member.key]), asked)
            answers = dict(zip((each.member.key for each in asked), said, strict=True))
    return {
        each.member.key: _entry(each, known[each.member.key], answers.get(each.member.key))
        for each in found
    }


def core(files: Mapping[str, str]) -> Message:
    """Return the core metadata among the texts of a .dist-info directory's files.

    Raises KeyError when they have none.
    """
    for path, text in files.items():
        if path.endswith(".dist-info/METADATA"):
            return Parser().parsestr(text)
    raise KeyError("METADATA")


def _survey(member: workspace.Member) -> Surveyed:
    _check_inside(member)
    manifest = manifests.load(member.path / "pyproject.toml")
    _check_project(member, manifest)
    system = build_system.read(manifest, f"{member.directory}/pyproject.toml")
    rules = plain.rules(member, manifest, system)
    return Surveyed(member, manifest, manifests.digests(member), system, rules)


def _entry(each: Surveyed, known: Document, answer: Answer | None) -> Document:
    """Return what the lock has of a member: an answer of its backend, or what it had."""
    directory = each.member.directory
    if answer is None:
        files, rules = known["metadata"], known["plain"]
    else:
        files, rules = answer.files, None if answer.differences else each.rules
    _check(directory, files)
    metadata = core(files)
    _check_name(each.member, metadata["Name"])
    return {
        "version": metadata["Version"],
        "directory": directory,
        "manifests": each.digests,
        "metadata": files if rules is not None else _core_alone(files),
        "declares": declares(metadata, each.manifest, f"{directory}/pyproject.toml"),
        "build": each.system.key,
        "plain": rules,
    }


def _core_alone(files: Mapping[str, str]) -> dict[str, str]:
    """Return the core metadata among the files of a .dist-info directory, without a description."""
    return {
        path: text.partition("\n\n")[0].rstrip("\n") + "\n"
        for path, text in files.items()
        if path.endswith(".dist-info/METADATA")
    }


def _here(each: Surveyed, known: Document) -> Answer:
    """Return what a backend says that runs in this environment, from copies of the manifests."""
    directory = each.member.directory
    if known.get("manifests") == each.digests and known.get("directory") == directory:
        return Answer(known["metadata"])
    if each.manifest.get("tool", {}).get("setuptools", {}).get("dynamic"):
        raise UserError(
            f"{directory}/pyproject.toml: [tool.setuptools.dynamic] depends on other files of the "
            "member, which a build backend reads in Nix's sandbox alone; run `./please lock` on a "
            "machine with Nix"
        )
    return Answer(dict(_build(each.member)))


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
                "(without Nix, there is no other backend than setuptools)",
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
