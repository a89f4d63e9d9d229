"""A migration that fails: the error is what the command said."""

import re
from pathlib import Path

import pytest
from please_cli import migration
from please_cli.errors import UserError
from please_cli.workspace import Member

TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1\n'


@pytest.fixture
def door(tmp_path: Path) -> Member:
    """A service of a checkout, which is no place of what is built."""
    directory = tmp_path / "src/door"
    directory.mkdir(parents=True)
    (directory / "pyproject.toml").write_text("")
    return Member(directory, "service")


def built(directory: Path, output: str, status: int = 1) -> Path:
    """Return a service whose Python prints and ends with a status, whatever it is to run."""
    python = directory / "bin/python"
    python.parent.mkdir(parents=True)
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
def test_a_failure(tmp_path: Path, door: Member, output: str, line: str, details: str) -> None:
    with pytest.raises(UserError, match=rf"\A{re.escape(line)}\Z") as error:
        migration.migrate(built(tmp_path, output), door)
    assert error.value.details == details


def test_the_last_lines_are_shown(tmp_path: Path, door: Member) -> None:
    with pytest.raises(UserError) as error:
        migration.migrate(built(tmp_path, "\n".join(map(str, range(100)))), door)
    assert error.value.details.splitlines() == [str(number) for number in range(80, 100)]


def test_success_says_nothing(
    tmp_path: Path, door: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    migration.migrate(built(tmp_path, "Error: not really", status=0), door)
    assert capsys.readouterr().err == "door: bringing its database up to date\n"


PRINTS = """\
#!/bin/sh
echo "Error: FLASK_APP=$FLASK_APP $*"
exit 1
"""


@pytest.mark.parametrize(
    ("manifest", "place"),
    [("", "door.flask"), ("[tool.services]\napp = 'frame:create_app()'", "frame:create_app()")],
)
def test_what_is_run(tmp_path: Path, door: Member, manifest: str, place: str) -> None:
    (door.path / "pyproject.toml").write_text(manifest)
    app = built(tmp_path / "app", "")
    (app / "bin/python").write_text(PRINTS)
    migrations = app / "share/door/migrations"
    with pytest.raises(UserError) as error:
        migration.migrate(app, door)
    assert error.value.message == (
        f"door: FLASK_APP={place} -I -m flask db upgrade --directory {migrations}"
    )


def test_what_is_to_be_migrated(tmp_path: Path, door: Member) -> None:
    app = tmp_path / "app"
    assert not migration.needed(app, door)
    (app / "share/door/migrations").mkdir(parents=True)
    assert not migration.needed(app, door), "nothing there can run them"
    (app / "lib/python3.13/site-packages/flask_migrate").mkdir(parents=True)
    assert migration.needed(app, door)
