"""`flask db upgrade` of a service that `please run` is about to serve."""

import subprocess
from pathlib import Path

import click

from please_cli import process
from please_cli.errors import UserError
from please_cli.failures import TAIL

_ERROR = "Error: "  # how click begins the line of an error
_TRACEBACK = "Traceback (most recent call last):"
_UNREACHABLE = "OperationalError"  # what SQLAlchemy raises for a database that does not work


def migrate(app: Path, name: str) -> None:
    """Bring the database of the service `name` up to date.

    `app` is where the service was built. Raises UserError if that fails: its line is what the
    command said, where that is one line.
    """
    click.echo(f"{name}: bringing its database up to date", err=True)
    done = process.run(
        # Isolated, as the server is.
        [app / "bin/python", "-I", "-m", "flask", "--app", f"{name}.flask", "db", "upgrade"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise _error(name, done.stdout)


def _error(name: str, output: str) -> UserError:
    lines = output.splitlines()
    if lines and lines[-1].startswith(_ERROR):
        # A traceback is there only where somebody asked for it.
        details = lines[lines.index(_TRACEBACK) : -1] if _TRACEBACK in lines else []
        return UserError(f"{name}: {lines[-1].removeprefix(_ERROR)}", "\n".join(details))
    why = (
        "look at DATABASE_URL and at the last lines below"
        if _UNREACHABLE in output
        else "the last lines below say why"
    )
    return UserError(f"{name}: `flask db upgrade` failed; {why}", "\n".join(lines[-TAIL:]))
