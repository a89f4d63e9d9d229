"""`flask db upgrade` of a service that `please run` is about to serve."""

import os
import re
import subprocess
from pathlib import Path

import click

from please_cli import process
from please_cli.errors import UserError
from please_cli.failures import TAIL
from please_cli.workspace import Member

# An error of click at the end, whose message may go on in lines that are indented.
_LAST_ERROR = re.compile(r"^Error: (.*(?:\n\s.*)*)\n?\Z", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):"
# How the drivers of PostgreSQL and SQLite say that a database cannot be used. SQLite has the same
# error for wrong SQL.
_UNUSABLE = re.compile(
    r"psycopg\.OperationalError"
    r"|sqlite3\.\w*Error.*(?:unable to open|readonly database|is not a database|disk I/O error)"
)


def needed(app: Path, member: Member) -> bool:
    """Tell whether the service built at `app` has migrations, and Flask-Migrate to run them."""
    return _migrations(app, member).is_dir() and any(
        app.glob("lib/python3*/site-packages/flask_migrate")
    )


def migrate(app: Path, member: Member) -> None:
    """Bring the database of a service up to date.

    `app` is where it was built. Raises UserError if that fails: its line is what the command said,
    where that is one line.
    """
    name = member.module
    click.echo(f"{name}: bringing its database up to date", err=True)
    # Isolated, as the server is.
    command: list[str | Path] = [app / "bin/python", "-I", "-m", "flask", "db", "upgrade"]
    done = process.run(
        [*command, "--directory", _migrations(app, member)],
        # Flask 2.1 has no --app.
        env={**os.environ, "FLASK_APP": member.place},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise _error(name, done.stdout)


def _migrations(app: Path, member: Member) -> Path:
    return app / "share" / member.module / "migrations"


def _error(name: str, output: str) -> UserError:
    lines = output.splitlines()
    if match := _LAST_ERROR.search(output):
        # A traceback is there only where somebody asked for it.
        details = lines[lines.index(_TRACEBACK) : -1] if _TRACEBACK in lines else []
        return UserError(f"{name}: {' '.join(match[1].split())}", "\n".join(details))
    why = (
        "look at DATABASE_URL and at the last lines below"
        if _UNUSABLE.search(output)
        else "the last lines below say why"
    )
    return UserError(f"{name}: `flask db upgrade` failed; {why}", "\n".join(lines[-TAIL:]))
