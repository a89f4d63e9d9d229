"""Calls of nix-build and nix-store: each command of this tool is one of them underneath."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from please_cli import damage, downloads, process, store_url, untracked
from please_cli.errors import UserError
from please_cli.events import Failed, Logged, Planned, Reader, Started
from please_cli.failures import NixError, failed

if TYPE_CHECKING:
    from please_cli.progress import Display

CREDENTIALS = "SERVICES_PIP_CREDENTIALS"
"""The variable with the logins of pip's configuration, for builds alone: ./please sets it."""

_credentials: dict[str, str] = {}


def take_credentials() -> None:
    """Take the logins out of the environment: only the programs of Nix get them from now on."""
    if value := os.environ.pop(CREDENTIALS, ""):
        _credentials[CREDENTIALS] = value


def build(
    root: Path,
    attributes: Sequence[str],
    out_link: Path | None = None,
    keep_going: bool = False,
    arguments: Sequence[str] = (),
) -> list[Path]:
    """Build attributes of the default.nix at `root` and return their outputs, in order.

    `keep_going` builds all that can be built, `arguments` are further ones of nix-build. Warns of
    files, once (untracked.py). Raises NixError when anything cannot be built.
    """
    _warn(root)
    what = [str(root), *_selected(attributes), *arguments]
    options = ["--out-link", str(out_link)] if out_link else ["--no-out-link"]
    options += ["--keep-going"] if keep_going else []
    return _build(what, options)


@cache
def _warn(root: Path) -> None:
    """Warn of files that git and a build see differently, once in a process."""
    for line in untracked.warnings(root):
        print(f"please: {line}", file=sys.stderr)


def build_file(root: Path, file: str, arguments: Mapping[str, str]) -> list[Path]:
    """Build what a file of the checkout at `root` evaluates to, and return the outputs, in order.

    `arguments` are strings, by name. Raises NixError when anything cannot be built.
    """
    given = [word for name, value in arguments.items() for word in ("--argstr", name, value)]
    return _build([str(root / file), *given], ["--no-out-link"])


def _build(what: Sequence[str], options: Sequence[str]) -> list[Path]:
    """Build what some arguments of nix-build say. Raises NixError."""
    command = ["nix-build", *what, "--log-format", "internal-json", *options]
    # For how many seconds Nix leaves a path alone that the prefetch has locked; it would be 5.
    command += ["--option", "build-poll-interval", "0"] if downloads.is_store_local() else []
    reader, errors = Reader(), []
    planned: list[str] = []
    names: dict[int, str] = {}
    logs: dict[str, list[str]] = {}
    with _started(command) as running, _display() as display, ExitStack() as prefetch:
        assert running.stderr is not None
        assert running.stdout is not None
        for line in process.lines(running.stderr):
            event = reader.read(line)
            match event:
                case None:
                    continue
                case Planned():
                    planned.append(event.path)
                    continue
                case Started():
                    if planned:
                        prefetch.enter_context(_prefetch(planned))
                        planned = []
                    names[event.activity] = event.path
                case Logged():
                    logs.setdefault(names.get(event.activity, ""), []).append(event.line)
                case Failed():
                    errors.append(event.text)
            display.show(event)
        outputs = running.stdout.read()
    if running.returncode:
        rebuild = ["nix-build", *what]
        raise NixError(errors, logs, damage.of_builds(failed(errors), rebuild))
    return [Path(line) for line in outputs.splitlines()]


def evaluate(root: Path, attribute: str) -> str:
    """Return the value of an attribute as JSON. Raises UserError when that fails."""
    options = ["--eval", "--strict", "--json"]
    return query("nix-instantiate", *options, str(root), *_selected([attribute]))


def derivations(root: Path, attributes: Sequence[str], arguments: Sequence[str] = ()) -> list[str]:
    """Return the paths of the derivations of attributes, in order, building nothing.

    `arguments` are further ones of nix-instantiate.
    """
    return query("nix-instantiate", str(root), *_selected(attributes), *arguments).split()


def outputs(derivation_paths: Sequence[str]) -> list[Path | None]:
    """Return the output of each derivation, None for one that has not been built."""
    if not derivation_paths:
        return []
    paths = query("nix-store", "--query", "--outputs", *derivation_paths).split()
    invalid = query("nix-store", "--check-validity", "--print-invalid", *paths).split()
    return [None if path in invalid else Path(path) for path in paths]


def read_log(derivation: str) -> str:
    """Return what the builder of a derivation printed."""
    return query("nix-store", "--read-log", derivation)


def query(program: str, *arguments: str) -> str:
    """Return what a program of Nix prints.

    Raises UserError, with what it said, when it fails or is not there.
    """
    with _started([program, *arguments]) as running:
        printed, said = running.communicate()
    if running.returncode:
        raise UserError(f"{program} failed; see what it says below", said)
    return printed


def copy(root: Path, attribute: str, store: str, options: Sequence[str]) -> Path:
    """Build an attribute, copy its closure to the store with this URL, and return its output.

    `options` are those of `nix copy`. The paths need no signatures: they were built here, and
    nothing signed them. The store of another machine decides by itself if it trusts the user.

    Raises UserError if `store` is not the URL of a store, if the copy fails, or if a path of the
    closure is damaged, which a binary cache would take without an error.
    """
    store_url.check(store)
    (output,) = build(root, [attribute])
    rebuild = ["nix-build", str(root), *_selected([attribute])]
    if found := damage.of_paths(damage.closure(output), rebuild):
        raise UserError(found.line, found.details)
    command = ["nix", "--extra-experimental-features", "nix-command", "copy", "--no-check-sigs"]
    arguments = ["--to", store, *options, str(output)]
    with process.started([*command, *arguments], stdin=subprocess.DEVNULL) as running:
        running.wait()
    if running.returncode:
        raise UserError(
            f"{attribute} was not copied to {store}; see what `nix copy` says above. The closure "
            "is what was built: look at the URL and at the access to that store. If it says that a "
            "path lacks a valid signature, copy as a user in `trusted-users` of that machine's "
            "nix.conf, such as root"
        )
    return output


def execute(program: str, arguments: Iterable[str]) -> None:
    """Become another program; only nix-shell, which builds, gets the logins of pip.

    Raises UserError when there is no such program.
    """
    environment = {**os.environ, **(_credentials if program == "nix-shell" else {})}
    try:
        os.execvpe(program, [program, *arguments], environment)
    except FileNotFoundError as error:
        raise _missing(program) from error


def _display() -> "Display":
    # Only now, so that Nix evaluates while rich is imported.
    from please_cli.progress import Display  # noqa: PLC0415

    return Display()


def _prefetch(planned: Sequence[str]) -> AbstractContextManager[None]:
    # Only now, because few calls download anything.
    from please_cli import prefetch  # noqa: PLC0415

    return prefetch.running(list(prefetch.of(planned)) if downloads.is_store_local() else [])


def _selected(attributes: Sequence[str]) -> list[str]:
    return [argument for attribute in attributes for argument in ("-A", attribute)]


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    starting = process.started(
        # Nix misses an interrupt that comes just before it waits for its builders.
        command,
        patience=process.MOMENT,
        env={**os.environ, **_credentials},
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
    )
    with ExitStack() as stack:
        try:
            running = stack.enter_context(starting)
        except FileNotFoundError as error:
            raise _missing(command[0]) from error
        yield running


def _missing(program: str) -> UserError:
    return UserError(
        f"{program} is not on this machine; run ./please, which makes sure that it is, or "
        "install Nix (Debian: `apt install nix-bin`)"
    )
