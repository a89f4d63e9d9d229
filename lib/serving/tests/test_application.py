"""Where applications are."""

import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from running import Running, send
from serving import ServingError
from serving.application import Place

Serve = Callable[..., Running]

MODULE = """
import functools

class App:
    def __init__(self, *args, **kwargs):
        self.made = (args, kwargs)

    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [repr(self.made).encode()]

app = App("app")
number = 3

def create_app(name="x", *, times=1):
    return App(name, times)

def nothing():
    pass

def needs(name):
    return App(name)

make = functools.partial(App, "partial")
"""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with applications."""
    (tmp_path / "door").mkdir()
    (tmp_path / "door/__init__.py").touch()
    (tmp_path / "door/web.py").write_text(MODULE)
    (tmp_path / "door/broken.py").write_text("import no_such_dependency")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "door"]:
        del sys.modules[name]


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("place", "made"),
    [
        ("door.web:app", (("app",), {})),
        ("door.web:create_app", (("x", 1), {})),
        ("door.web:create_app()", (("x", 1), {})),
        ("door.web: create_app ( 'y', times=-2 )", (("y", -2), {})),
        ("door.web:create_app(['a', {'b': None}])", ((["a", {"b": None}], 1), {})),
        ("door.web:App(times=2)", ((), {"times": 2})),
        ("door.web:make()", (("partial",), {})),
        ("door.web:needs('z')", (("z",), {})),
    ],
)
def test_a_place(place: str, made: Any) -> None:
    app: Any = Place.parse(place).load()
    assert app.made == made


FUNCTIONS = """
import functools

def keep(function):
    @functools.wraps(function)
    def kept(*args, **kwargs):
        return function(*args, **kwargs)
    return kept

def answer(start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"a function answers"]

def app(environ, start_response):
    return answer(start_response)

def short(env, start, /):
    return answer(start)

def more(environ, start_response, extra=None, *args, **kwargs):
    return answer(start_response)

@keep
def decorated(environ, start_response):
    return answer(start_response)

def make():
    return app

def make_with(environ="x", config="y"):
    return app

def two(config, channel):
    return app

def three(environ, start_response, config):
    return app
"""


@pytest.mark.parametrize(
    "name", ["app", "short", "more", "decorated", "make", "make()", "make_with", "two(1, 2)"]
)
def test_a_function_that_is_an_application(door: Path, name: str) -> None:
    (door / "door/functions.py").write_text(FUNCTIONS)
    app = Place.parse(f"door.functions:{name}").load()
    started: list[Any] = []
    assert app({}, lambda *given: started.append(given)) == [b"a function answers"]
    assert started == [("200 OK", [("Content-Type", "text/plain")])]


@pytest.mark.parametrize(("name", "lacking"), [("two", "config"), ("three", "environ")])
def test_a_function_that_is_neither(door: Path, name: str, lacking: str) -> None:
    (door / "door/functions.py").write_text(FUNCTIONS)
    with pytest.raises(ServingError) as caught:
        Place.parse(f"door.functions:{name}").load()
    assert str(caught.value) == (
        f"door.functions:{name} is not called with the arguments that it takes: missing a required "
        f"argument: {lacking!r}; {WRITE}"
    )


SETTING = "[tool.services] app of its pyproject.toml"
WRITE = f'write them as in module:create_app("argument"), in {SETTING}'


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("place", "error"),
    [
        (
            "doors.web:app",
            "there is no module doors.web, which doors.web:app names: correct "
            f"{SETTING}, or install the service",
        ),
        (
            "door.wep:app",
            f"there is no module door.wep, which door.wep:app names: correct {SETTING}, or install "
            "the service",
        ),
        (
            "door.web:application",
            f"door.web has no application, which door.web:application names: correct {SETTING}",
        ),
        (
            "door.web:number",
            f"door.web:number is 'int', which is not a WSGI application: correct {SETTING}",
        ),
        (
            "door.web:nothing",
            f"door.web:nothing is 'NoneType', which is not a WSGI application: correct {SETTING}",
        ),
        (
            "door.web:number()",
            f"door.web:number() calls 'int', which cannot be called: correct {SETTING}",
        ),
        (
            "door.web:needs",
            "door.web:needs is not called with the arguments that it takes: missing a required "
            f"argument: 'name'; {WRITE}",
        ),
        (
            "door.web:create_app(1, 2)",
            "door.web:create_app(1, 2) is not called with the arguments that it takes: too many "
            f"positional arguments; {WRITE}",
        ),
    ],
)
def test_no_application(place: str, error: str) -> None:
    with pytest.raises(ServingError) as raised:
        Place.parse(place).load()
    assert str(raised.value) == error


@pytest.mark.parametrize(
    "text",
    [
        "", "door", "door:", ":app", "door:app.wsgi", "door:app[0]", "door:create_app(name)",
        "door:create_app(**{})", "door:create_app()()", "door:(", "door:create_app() or 1", "a-b:c",
    ],
)  # fmt: skip
def test_a_text_that_is_not_a_place(text: str) -> None:
    with pytest.raises(ServingError) as raised:
        Place.parse(text)
    assert str(raised.value) == (
        f"{text!r} is not the place of an application: write module:object, module:create_app or "
        f'module:create_app("argument"), with literals as arguments, in {SETTING}'
    )


@pytest.mark.usefixtures("door")
def test_what_the_module_lacks_itself() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        Place.parse("door.broken:app").load()


def test_it_is_served(door: Path) -> None:
    server = Running(door, "--port", "0", name="door.web:create_app('served')")
    try:
        answer = send(server.address, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"(('served', 1), {})" in answer
    finally:
        server.kill()


def test_a_wrong_place_is_one_line(door: Path) -> None:
    assert Running(door, name="door.web:appp").wait() == (
        f"Error: door.web has no appp, which door.web:appp names: correct {SETTING}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "argument --port: 'x' is not a whole number, from 0 to 65535"),
        (["--port", "65536"], "argument --port: '65536' is not a whole number, from 0 to 65535"),
        (["--workers", "0"], "argument --workers: '0' is not a whole number, 1 or more"),
        (["--threads", "-1"], "argument --threads: '-1' is not a whole number, 1 or more"),
        (["--work", "2"], "unrecognized arguments: --work 2"),
    ],
)
def test_a_wrong_option(door: Path, arguments: list[str], message: str) -> None:
    server = Running(door, *arguments, name="door.web:app")
    assert server.wait().splitlines()[-1] == f"door.web: error: {message}"
    assert server.process.returncode == 2


def test_the_server_requires_gunicorn_alone() -> None:
    """What the server requires goes before the packages of a service that borrows it."""
    assert [re.split(r"\W", line)[0] for line in requires("serving") or []] == ["gunicorn"]
    assert all("extra ==" in line for line in requires("gunicorn") or [])
