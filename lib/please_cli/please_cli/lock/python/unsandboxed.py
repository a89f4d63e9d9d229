"""Asks the build backends of members in this environment, for machines without Nix.

They read copies of the manifests alone. sandbox.py asks them where there is Nix.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from build import BuildBackendException, BuildException, ProjectBuilder

from please_cli import process, workspace
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import environment, manifests
from please_cli.lock.python.metadata import Answer, Ask, unreadable
from please_cli.lock.python.survey import Surveyed

# What setuptools says of a manifest, below a traceback of its own.
_CONFIGURATION = re.compile(r"^configuration error: (.+)$", re.MULTILINE)

PATIENCE = 600.0
"""For how long, in seconds, a build backend may run."""

# How many bytes of what a backend says are shown: the last ones.
_MOST_SAID = 1 << 16


def asking(before: Mapping[str, Document]) -> Ask:
    """Return a function that asks backends.

    `before` is what the lock has of each member: while the manifests of one are the same, its
    backend is not asked. The function raises UserError, with the message of the backend, if one
    fails.
    """

    def ask(surveyed: Sequence[Surveyed]) -> Mapping[str, Answer]:
        with process.threads() as pool:
            said = pool.map(lambda each: _here(each, before.get(each.member.key, {})), surveyed)
            return dict(zip((each.member.key for each in surveyed), said, strict=True))

    return ask


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
                raise unreadable(
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
            raise unreadable(directory, "it does not return the name of a directory") from error
        for path in sorted(info.rglob("*")):
            if path.is_file():
                try:
                    yield str(path.relative_to(info.parent)), path.read_text(encoding="utf-8")
                except UnicodeDecodeError as error:
                    raise unreadable(directory, f"{path.name}: {error}") from error


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


def _output(error: BuildBackendException) -> str:
    """Return what a backend printed before it failed, or what the failure is."""
    if isinstance(error.exception, subprocess.CalledProcessError):
        printed: bytes = error.exception.output
        return printed.decode(errors="replace")
    if isinstance(error.exception, subprocess.TimeoutExpired):
        return f"it did not end within {PATIENCE:.0f} seconds"
    return str(error)
