"""The command `needs`: the servers that a member of the workspace asks for.

Environment:
  NEEDS_SERVERS    the servers, as name=prefix, separated by spaces
  NEEDS_VARIABLES  further variables, an object of texts, where $NAME is one of a server
  NEEDS_PROJECT    the path of the member that asks for them; by default the working directory
  NEEDS_DIRECTORY  the directory of their data; by default the project's own below the user's state
                   directory, so that the data are there again tomorrow
  NEEDS_OWNER      the id of the process at whose end they end; by default of the calling process
"""

import argparse
import hashlib
import json
import os
import shlex
import sys
from pathlib import Path
from typing import NoReturn

from needs import aliases, catalogue, supervisor, user
from needs.errors import NeedsError
from needs.record import Record
from needs.session import Session


def main() -> NoReturn:
    """Run the command with this process's arguments and environment, and exit."""
    try:
        options = parser().parse_args()
        sys.exit(COMMANDS[options.action](options))
    except NeedsError as error:
        sys.exit(f"error: {error}")


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    root = argparse.ArgumentParser(
        prog="needs",
        description="The servers that this project asks for. Without a NAME: all of them.",
    )
    actions = root.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, text in {
        "start": "start servers, and wait until they answer",
        "stop": "let servers finish what they do, and end",
        "kill": "kill servers, as a failure would; their data stay",
        "freeze": "freeze servers: they say nothing, and keep their connections",
        "thaw": "let frozen servers go on",
        "status": "print which run",
    }.items():
        actions.add_parser(action, help=text).add_argument("names", nargs="*", metavar="NAME")
    variables = actions.add_parser("variables", help="print where the servers are, for a shell")
    variables.add_argument("--json", action="store_true", help="print an object, for a program")
    run = actions.add_parser("run", help="start all, and run a command with their addresses")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    # The command of a supervisor: see session.py.
    supervise = actions.add_parser("supervise")
    supervise.add_argument("path", type=Path)
    supervise.add_argument("prefix", type=Path)
    supervise.add_argument("owner", type=int)
    return root


def start(options: argparse.Namespace) -> int:
    """Start servers."""
    session = this_session()
    session.start(session.choose(options.names))
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop servers."""
    session = this_session()
    session.stop(session.choose(options.names))
    return 0


def kill(options: argparse.Namespace) -> int:
    """Kill servers."""
    session = this_session()
    session.kill(session.choose(options.names))
    return 0


def freeze(options: argparse.Namespace) -> int:
    """Freeze servers."""
    session = this_session()
    session.freeze(session.choose(options.names))
    return 0


def thaw(options: argparse.Namespace) -> int:
    """Let frozen servers go on."""
    session = this_session()
    session.thaw(session.choose(options.names))
    return 0


def status(options: argparse.Namespace) -> int:
    """Print the servers, whether they run, and where their logs are."""
    session = this_session()
    names = session.choose(options.names)
    width = max(map(len, names), default=0)
    for name in names:
        state = "running" if session.is_running(name) else "stopped"
        print(f"{name:{width}}  {state}  {session.record(name).log}")
    return 0


def variables(options: argparse.Namespace) -> int:
    """Print the variables of the servers that run, or how to unset those of others."""
    session = this_session()
    started = [name for name in session.prefixes if session.record(name).was_started()]
    running = [name for name in started if session.is_running(name)]
    found = extended(session.variables(running))
    if options.json:
        print(json.dumps(found))
        return 0
    for name in extended(session.variables(started)):
        print(f"export {name}={shlex.quote(found[name])}" if name in found else f"unset {name}")
    return 0


def run(options: argparse.Namespace) -> NoReturn:
    """Become a command whose end is that of the servers which were started for it."""
    command = options.command[options.command[:1] == ["--"] :]
    if not command:
        raise NeedsError("no command to run. Name one: needs run -- pytest")
    os.environ["NEEDS_OWNER"] = str(os.getpid())
    session = this_session()
    session.start(session.choose([]))
    found = session.variables(session.choose([]))
    further = aliases.read(os.environ)
    aliases.check(further, found)
    os.environ.update(found | aliases.resolve(further, found))
    try:
        os.execvp(command[0], command)
    except FileNotFoundError:
        raise NeedsError(f"there is no command {command[0]!r} on PATH to run.") from None


def supervise(options: argparse.Namespace) -> int:
    """Be the supervisor of a server."""
    record = Record(options.path)
    with record.open_log() as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    kind = catalogue.find(record.name)
    return supervisor.supervise(record, options.prefix, kind, options.owner)


COMMANDS = {
    "start": start,
    "stop": stop,
    "kill": kill,
    "freeze": freeze,
    "thaw": thaw,
    "status": status,
    "variables": variables,
    "run": run,
    "supervise": supervise,
}


def this_session() -> Session:
    """Return what the environment says. Raises NeedsError if it names no servers."""
    servers = os.environ.get("NEEDS_SERVERS", "").split()
    if not servers:
        raise NeedsError(
            "this project asks for no servers. Name some in its manifest: "
            '[tool.services] needs = ["postgresql"] in pyproject.toml.'
        )
    owner = os.environ.get("NEEDS_OWNER")
    return Session(
        prefixes={name: Path(prefix) for name, prefix in (word.split("=", 1) for word in servers)},
        directory=directory(),
        owner=int(owner) if owner else os.getppid(),
        command=[sys.executable, "-I", sys.argv[0]],
    )


def extended(variables: dict[str, str]) -> dict[str, str]:
    """Return the variables of servers, and those of the manifest that stand for these."""
    return variables | aliases.resolve(aliases.read(os.environ), variables)


def directory() -> Path:
    """Return the parent of the servers' directories: NEEDS_DIRECTORY, or a place for the project.

    The latter is below XDG_STATE_HOME (XDG base directory specification); for root, whose servers
    run as another user, below /var/lib, which that user can reach.
    """
    if named := os.environ.get("NEEDS_DIRECTORY"):
        return Path(named).absolute()
    project = Path(os.environ.get("NEEDS_PROJECT") or Path.cwd()).resolve()
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if user.is_root():
        parent = Path("/var/lib")
    else:
        # The specification has a relative path ignored.
        parent = state if state.is_absolute() else Path.home() / ".local/state"
    # Two checkouts share nothing.
    digest = hashlib.sha256(os.fsencode(project)).hexdigest()[:8]
    return parent / "services/needs" / f"{project.name}-{digest}"
