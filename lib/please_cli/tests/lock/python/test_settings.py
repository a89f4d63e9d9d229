from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import settings

Write = Callable[..., Path]


@pytest.fixture
def root(platform: Path, write: Write) -> Path:
    """A workspace with a library, and two servers to ask for."""
    write(platform / "pyproject.toml", '[tool.services.resolves.next]\n[tool.uv]\nx = "y"\n')
    for name in ("redis", "postgresql", ".hidden"):
        write(platform / f"nix/needs/servers/{name}.py")
    return platform


def members() -> dict[str, Any]:
    declares = {"requires": [], "extras": {"oil": [], "water": []}, "groups": {"dev": []}}
    return {"paint": {"directory": "lib/paint", "declares": declares}}


def test_settings_that_exist(root: Path, write: Write) -> None:
    table = """
    needs = ["redis"]
    resolves = ["default"]
    extras.oil = ["postgresql"]
    collisions."tests/a.py" = "brush"
    variables.PAINT_CACHE = "$CACHE_URL/2"
    tests = { paths = ["paint/tests"], files = [".data", "paint/..oil"], groups = ["dev"] }
    """
    write(root / "lib/paint/pyproject.toml", f"[tool.services]\n{table}")
    settings.check(root, members())
    write(root / "lib/paint/pyproject.toml", "")
    settings.check(root, members())


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            'need = ["redis"]',
            "[tool.services] has no setting need, only app, collisions, command, extras, needs, "
            "resolve, resolves, tests, variables; correct the name, or delete the line",
        ),
        (
            'needs = ["postgres"]',
            "[tool.services]: needs: there is no server postgres, only postgresql, redis; correct "
            "it",
        ),
        (
            'needs = "redis"',
            '[tool.services]: needs is not a list of names, such as ["postgresql"]; correct it',
        ),
        (
            'extras.ink = ["redis"]',
            "[tool.services.extras]: there is no extra ink, only oil, water; correct the name, or "
            "delete the line",
        ),
        (
            'extras.oil = ["mysql"]',
            "[tool.services.extras]: oil: there is no server mysql, only postgresql, redis; "
            "correct it",
        ),
        (
            'extras = ["oil"]',
            "[tool.services]: extras is not a table of lists; write [tool.services.extras]",
        ),
        (
            "tests.group = ['dev']",
            "[tool.services.tests] has no setting group, only files, groups, paths; correct the "
            "name, or delete the line",
        ),
        (
            "tests = ['tests']",
            "[tool.services]: tests is not a table; write [tool.services.tests]",
        ),
        (
            "tests.paths = []",
            "[tool.services.tests]: paths is empty; name where the tests are, or delete the line "
            'for ["tests"]',
        ),
        (
            "tests.paths = 'tests'",
            '[tool.services.tests]: paths is not a list of names, such as ["tests"]; correct it',
        ),
        *(
            (
                f"tests.{name} = [{path!r}]",
                f"[tool.services.tests]: {name}: {path!r} is not the path of a file or directory "
                'of the member, such as "tests"; correct it',
            )
            for name, path in (
                ("paths", "../tests"),
                ("paths", ""),
                ("files", "/etc/passwd"),
                ("files", "paint/"),
                ("files", "a/./b"),
                ("files", "."),
            )
        ),
        (
            "tests.groups = ['test']",
            "[tool.services.tests]: groups: there is no dependency group test, only dev; correct "
            "the name",
        ),
        *(
            (
                f"variables = {value}",
                "[tool.services.variables] is not a table of texts by variable, such as "
                'CACHE_ADDRESS = "$CACHE_URL"; correct it',
            )
            for value in ("['CACHE_URL']", "{ A = 1 }", "{ 'A B' = 'x' }")
        ),
        (
            'collisions."a.py" = ["brush"]',
            "[tool.services.collisions] is not a table of packages by path, such as "
            '"tests/__init__.py" = "package"; correct it',
        ),
    ],
)
def test_settings_of_a_member(root: Path, write: Write, table: str, expected: str) -> None:
    write(root / "lib/paint/pyproject.toml", f"[tool.services]\n{table}\n")
    with pytest.raises(UserError) as caught:
        settings.check(root, members())
    assert caught.value.message == f"lib/paint/pyproject.toml: {expected}"


def test_settings_of_the_workspace(root: Path, write: Write) -> None:
    write(root / "pyproject.toml", "[tool.services.resolve.next]\n")
    with pytest.raises(UserError) as caught:
        settings.check(root, {})
    assert caught.value.message == (
        "pyproject.toml: [tool.services] has no setting resolve, only collisions, resolves; "
        "correct the name, or delete the line"
    )


def test_settings_that_are_no_table(root: Path, write: Write) -> None:
    manifest = write(root / "lib/paint/pyproject.toml", "[tool]\nservices = 1\n")
    with pytest.raises(UserError) as caught:
        settings.check(root, members())
    assert caught.value.message == (
        f"{manifest}: tool.services is not a table; write [tool.services]"
    )


SERVICE: dict[str, Any] = {"door": {"directory": "src/door", "declares": {"requires": []}}}


@pytest.mark.parametrize("app", ["door:app", "door.web:create_app", "door:create_app('x', y=[1])"])
def test_a_place_of_an_application(root: Path, write: Write, app: str) -> None:
    write(root / "src/door/pyproject.toml", f'[tool.services]\napp = "{app}"\n')
    settings.check(root, SERVICE)


@pytest.mark.parametrize("app", ['"door"', '"door:"', '"door:app.wsgi"', '"door app"', "3", "[]"])
def test_no_place_of_an_application(root: Path, write: Write, app: str) -> None:
    write(root / "src/door/pyproject.toml", f"[tool.services]\napp = {app}\n")
    with pytest.raises(UserError) as error:
        settings.check(root, SERVICE)
    said = app.replace('"', "'")
    assert error.value.message == (
        f"src/door/pyproject.toml: [tool.services]: app is {said}, not the place of an "
        'application; write "module:object" or "module:create_app()", as for `flask --app`'
    )


def test_an_application_of_a_library(root: Path, write: Write) -> None:
    write(root / "lib/paint/pyproject.toml", '[tool.services]\napp = "paint:app"\n')
    with pytest.raises(UserError) as error:
        settings.check(root, members())
    assert error.value.message == (
        "lib/paint/pyproject.toml: [tool.services] has app, but lib/paint is not a service; delete "
        "the line"
    )


@pytest.mark.parametrize("command", ['"door server"', '"../door"', '""', '"-x"', "1"])
def test_no_command(root: Path, write: Write, command: str) -> None:
    write(root / "src/door/pyproject.toml", f"[tool.services]\ncommand = {command}\n")
    with pytest.raises(UserError) as error:
        settings.check(root, SERVICE)
    said = command.replace('"', "'")
    assert error.value.message == (
        f"src/door/pyproject.toml: [tool.services]: command is {said}, not the name of a command, "
        'such as "shop-server"; correct it'
    )


def test_a_command(root: Path, write: Write) -> None:
    write(root / "src/door/pyproject.toml", '[tool.services]\ncommand = "door-server.2"\n')
    settings.check(root, SERVICE)
    write(root / "lib/paint/pyproject.toml", '[tool.services]\ncommand = "paint"\n')
    with pytest.raises(UserError) as error:
        settings.check(root, members())
    assert error.value.message == (
        "lib/paint/pyproject.toml: [tool.services] has command, but lib/paint is not a service; "
        "delete the line"
    )
