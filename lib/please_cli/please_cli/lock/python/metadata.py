"""What the build backends of the workspace's members say of them (PEP 517).

The lock has it beside the digests of the manifests. While these are the same, neither `please lock`
nor a build asks the backend of a plain member (plain.py) again: nix/python/member.nix. That of any
other member is asked each time, because its answer may depend on other files.

Where there is Nix, backends run in the sandbox (sandbox.py). Without it, they run in this
environment (unsandboxed.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser

from packaging.metadata import InvalidMetadata, Metadata
from packaging.utils import canonicalize_name

from please_cli import workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python.declares import declares
from please_cli.lock.python.survey import Surveyed

ROOT = "services"
"""The name of the workspace itself among the packages of a resolve."""

_FIELDS = ("name", "version", "requires_python", "requires_dist", "provides_extra")


@dataclass(frozen=True)
class Answer:
    """What a build backend said.

    `files` is the text of each file of the .dist-info directory, by its path in site-packages, and
    `differences` says how the copy of a plain member would differ from the wheel.
    """

    files: Mapping[str, str]
    differences: Sequence[str] = ()


Ask = Callable[[Sequence[Surveyed]], Mapping[str, Answer]]
"""Asks the build backends of members; returns what each said, by the member's normalized name."""


def entries(
    found: Sequence[Surveyed], before: Mapping[str, Document], ask: Ask
) -> dict[str, Document]:
    """Return what the lock has of each member, by normalized name.

    That is `version`, `directory`, `manifests` (the hex SHA-256 of each, by name), `metadata` (the
    text of each file of the .dist-info directory, by its path in site-packages; of a member that is
    not plain, the core metadata alone), `declares`, `build` (the requirements of its build) and
    `plain` (the rules by which it is copied, or None). What `before` has of a plain member is taken
    from there while the manifests are the same; `ask` asks the backends of the others.

    Raises UserError for metadata that cannot be read, or of another project, and as `ask` does.
    """
    known = {each.member.key: before.get(each.member.key, {}) for each in found}
    asked = [each for each in found if not each.is_known(known[each.member.key])]
    answers = ask(asked) if asked else {}
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


def unreadable(directory: str, why: str) -> UserError:
    """Return the error for metadata that a member's backend has made; `why` says what is wrong."""
    return UserError(
        f"the build backend of {directory} makes metadata that cannot be read: {why}; correct its "
        "pyproject.toml or setup.py"
    )


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


def _check(directory: str, files: Mapping[str, str]) -> None:
    """Raise UserError for core metadata that another installer would refuse."""
    try:
        text = core(files).as_string()
        parsed = Metadata.from_email(text, validate=False)
        for field in _FIELDS:
            getattr(parsed, field)
    except KeyError as error:
        raise unreadable(directory, "it has no METADATA") from error
    except (InvalidMetadata, ExceptionGroup) as error:
        raise unreadable(directory, str(error)) from error


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
