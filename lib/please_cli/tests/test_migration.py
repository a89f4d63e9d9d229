"""A migration that fails: the user is told what the command said."""

import re
from pathlib import Path

import pytest
from please_cli import migration
from please_cli.errors import UserError

TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1\n'


def built(directory: Path, output: str, status: int = 1) -> Path:
    """Return a service whose Python prints and ends with a status, whatever it is to run."""
    python = directory / "bin/python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\ncat >&2 <<'EOF'\n{output}\nEOF\nexit {status}\n")
    python.chmod(0o755)
    return directory


@pytest.mark.parametrize(
    ("output", "line", "details"),
    [
        ("Error: src/door/api.py, line 3: it fails", "door: src/door/api.py, line 3: it fails", ""),
        ("a warning\nError: it fails", "door: it fails", ""),
        ("Error: it fails:\n\tlike this\n  and that", "door: it fails: like this and that", ""),
        (
            "Error: it fails\nand ends",
            "door: `flask db upgrade` failed; the last lines below say why",
            "Error: it fails\nand ends",
        ),
        (f"a line\n{TRACEBACK}Error: it fails", "door: it fails", TRACEBACK.strip()),
        *(
            (
                f"{TRACEBACK}sqlalchemy.exc.OperationalError: ({reason}",
                "door: `flask db upgrade` failed; look at DATABASE_URL and at the last lines below",
                f"{TRACEBACK}sqlalchemy.exc.OperationalError: ({reason}",
            )
            for reason in (
                "psycopg.OperationalError) connection failed: Connection refused",
                "sqlite3.OperationalError) unable to open database file",
                "sqlite3.OperationalError) attempt to write a readonly database",
                "sqlite3.DatabaseError) file is not a database",
            )
        ),
        (
            f"{TRACEBACK}sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) near DROPP",
            "door: `flask db upgrade` failed; the last lines below say why",
            f"{TRACEBACK}sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) near DROPP",
        ),
        (
            f"{TRACEBACK}NameError: name 'op' is not defined",
            "door: `flask db upgrade` failed; the last lines below say why",
            f"{TRACEBACK}NameError: name 'op' is not defined",
        ),
        ("", "door: `flask db upgrade` failed; the last lines below say why", ""),
    ],
)
def test_a_failure(tmp_path: Path, output: str, line: str, details: str) -> None:
    with pytest.raises(UserError, match=rf"\A{re.escape(line)}\Z") as error:
        migration.migrate(built(tmp_path, output), "door")
    assert error.value.details == details


def test_the_last_lines_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        migration.migrate(built(tmp_path, "\n".join(map(str, range(100)))), "door")
    assert error.value.details.splitlines() == [str(number) for number in range(80, 100)]


def test_success_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    migration.migrate(built(tmp_path, "Error: not really", status=0), "door")
    assert capsys.readouterr().err == "door: bringing its database up to date\n"
