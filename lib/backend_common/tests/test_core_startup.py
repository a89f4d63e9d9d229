"""A service that cannot be made: one line says why, and where, whatever command loads it."""

import importlib
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import flask
import pytest
from backend_common import App, StartupError, create_app, serve

Service = Callable[..., Path]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

INIT = """import backend_common


def create_app(config=None):
    return backend_common.create_app("shop", config=config)
"""
APP = "import shop\n\napp = shop.create_app()\n"
WHOLE = {"shop/__init__.py": INIT, "shop/flask.py": APP}
HINT = "; to see the traceback, set LOG_LEVEL=DEBUG in the environment\n"

FACTORY = """import flask


def make(name):
    if not name:
        raise ValueError("no name")
    return flask.Flask(name)
"""

COMMANDS = {
    "server": ["backend_common.serve", "shop", "--port", "0"],
    "flask db": ["flask", "--app", "shop.flask", "db", "upgrade"],
    "flask run": ["flask", "--app", "shop.flask:app", "run", "--port", "0"],
    "flask routes": ["flask", "--app", "shop.flask", "routes"],
}

FAILURES = {
    "a wrong setting": (
        {"settings.py": "APP_CHANNEL = 'moon'\n"},
        "the setting APP_CHANNEL of 'shop' is wrong: expected production or development; correct "
        "it in the settings file, or in the environment variable that it reads\n",
    ),
    "an unknown extension": (
        {"shop/__init__.py": INIT.replace('"shop",', '"shop", ["dbb"],')},
        "'shop' asks for the unknown extension 'dbb': the extensions are log, security, cors, "
        "templates, api, auth, auth0, cache, db, pulse\n",
    ),
    "a syntax error in the settings": (
        {"settings.py": "A = 1\nB = = 2\n"},
        "{here}/settings.py, line 2: SyntaxError: invalid syntax" + HINT,
    ),
    "an error in the settings": (
        {"settings.py": "import os\n\nURL = os.environ['SHOP_URL']\n"},
        "{here}/settings.py, line 3: KeyError: 'SHOP_URL'" + HINT,
    ),
    "an error in what the settings import": (
        {"settings.py": "\nimport shop.numbers\n", "shop/numbers.py": "ONE = 1 / 0\n"},
        "{here}/shop/numbers.py, line 1: ZeroDivisionError: division by zero" + HINT,
    ),
    "a missing package": (
        {"shop/__init__.py": INIT + "\nimport nothing\n"},
        "{here}/shop/__init__.py, line 7: ModuleNotFoundError: No module named 'nothing'" + HINT,
    ),
    "a missing module of its own": (
        {"shop/__init__.py": "import shop.pages\n" + INIT},
        "{here}/shop/__init__.py, line 1: ModuleNotFoundError: No module named 'shop.pages'" + HINT,
    ),
    "an error deep in a library": (
        {"shop/__init__.py": INIT + "\nimport json\n\njson.loads('{')\n"},
        "{here}/shop/__init__.py, line 9: JSONDecodeError: Expecting property name enclosed in "
        "double quotes: line 1 column 2 (char 1)" + HINT,
    ),
    "an error of many lines": (
        {"shop/__init__.py": "raise ValueError('one\\n\\n  two')\n"},
        "{here}/shop/__init__.py, line 1: ValueError: one two" + HINT,
    ),
    "an error without words": (
        {"shop/__init__.py": "assert False\n"},
        "{here}/shop/__init__.py, line 1: AssertionError" + HINT,
    ),
    "a syntax error in the package": (
        {"shop/__init__.py": "from shop import pages\n", "shop/pages.py": "def index(:\n"},
        "{here}/shop/pages.py, line 1: SyntaxError: invalid syntax" + HINT,
    ),
    "no application": (
        {"shop/flask.py": "app = None\n"},
        "shop.flask:app is not a Flask application; write app = shop.create_app()\n",
    ),
    "no name": (
        {"shop/flask.py": ""},
        "shop.flask:app is not a Flask application; write app = shop.create_app()\n",
    ),
}

DOCUMENT = """openapi: 3.0.3
info: {title: shop, version: "1"}
paths:
  /things:
    get:
      operationId: shop.api.things
      responses: {"200": {description: all}}
"""
WITH_API = {
    "shop/__init__.py": INIT.replace(
        'return backend_common.create_app("shop",',
        'app = backend_common.create_app("shop", ["api"],',
    )
    + "    app.api.register('api.yml')\n    return app\n",
    "shop/api.yml": DOCUMENT,
}

API_FAILURES = {
    "an import error": (
        {"shop/api.py": "import os\nimport nothing\n\n\ndef things(): ...\n"},
        "{here}/shop/api.py, line 2: ModuleNotFoundError: No module named 'nothing'" + HINT,
    ),
    "a syntax error": (
        {"shop/api.py": "def things():\n  return [\n"},
        "{here}/shop/api.py, line 2: SyntaxError: '[' was never closed" + HINT,
    ),
    "another error": (
        {"shop/api.py": "things = THINGS\n"},
        "{here}/shop/api.py, line 1: NameError: name 'THINGS' is not defined" + HINT,
    ),
    "no function": (
        {"shop/api.py": "def thing(): ...\n"},
        "cannot serve the document {here}/shop/api.yml: module 'shop.api' has no attribute "
        "'things' (at #/paths/~1things/get); correct the document\n",
    ),
    "no module": (
        {},
        "cannot serve the document {here}/shop/api.yml: Cannot resolve operationId "
        '"shop.api.things"! Import error was "No module named \'shop.api\'" '
        "(at #/paths/~1things/get); correct the document\n",
    ),
}


@pytest.fixture
def run(service: Service) -> Run:
    """Run a command that loads the service ``shop``."""
    directory = service(WHOLE)

    def start(command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        paths = os.pathsep.join(path for path in (str(directory), *sys.path) if path)
        return subprocess.run(
            [sys.executable, "-m", *COMMANDS[command]],
            env={**os.environ, "PYTHONPATH": paths, **variables},
            cwd=directory,
            text=True,
            capture_output=True,
            check=False,
        )

    return start


@pytest.mark.parametrize(
    ("failure", "command"),
    [
        *itertools.product(FAILURES, ["server", "flask db"]),
        *itertools.product(["a wrong setting", "a missing package"], ["flask run", "flask routes"]),
    ],
)
def test_a_failure_is_one_line(service: Service, run: Run, command: str, failure: str) -> None:
    files, line = FAILURES[failure]
    here = service({**WHOLE, **files})
    result = run(command)
    assert result.stderr == "Error: " + line.replace("{here}", str(here))
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize("failure", API_FAILURES)
def test_a_failure_of_what_a_document_names(service: Service, failure: str) -> None:
    pytest.importorskip("connexion", reason="needs the extra api")
    files, line = API_FAILURES[failure]
    here = service({**WITH_API, **files})
    shop = importlib.import_module("shop")
    with pytest.raises(StartupError) as error:
        shop.create_app()
    assert str(error.value) + "\n" == line.replace("{here}", str(here))


@pytest.mark.parametrize("command", ["server", "flask run", "flask routes"])
def test_the_traceback_is_there_where_it_is_asked_for(
    service: Service, run: Run, command: str
) -> None:
    service({**WHOLE, "settings.py": "A = 1 / 0\n"})
    output = run(command, LOG_LEVEL="debug").stderr
    assert "Traceback (most recent call last):" in output
    assert "ZeroDivisionError: division by zero\n" in output
    assert output.splitlines()[-1].startswith("Error: ")
    service({**WHOLE, "settings.py": "APP_CHANNEL = 'moon'\n"})
    output = run(command, LOG_LEVEL="DEBUG").stderr
    assert "Traceback (most recent call last):" in output


PLACES = {
    "a factory": ("shop.web:make('it')", {"shop/web.py": FACTORY}, ""),
    "a module that is not there": (
        "shop.wep:make",
        {},
        "there is no module shop.wep, which shop.wep:make names: correct [tool.services] app of "
        "its pyproject.toml, or install the service\n",
    ),
    "a factory that fails": (
        "shop.web:make('')",
        {"shop/web.py": FACTORY},
        "{here}/shop/web.py, line 6: ValueError: no name" + HINT,
    ),
    "a text that is no place": (
        "shop.web:1",
        {},
        "'shop.web:1' is not the place of an application: write module:object, module:create_app "
        'or module:create_app("argument"), with literals as arguments, in [tool.services] app of '
        "its pyproject.toml\n",
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_an_application_in_another_place(service: Service, case: str) -> None:
    place, files, error = PLACES[case]
    here = service({**WHOLE, **files})
    if error:
        with pytest.raises(StartupError) as raised:
            serve.load("shop", place)
        assert f"{raised.value.message}\n" == error.replace("{here}", str(here))
    else:
        app = serve.load("shop", place).app
        assert isinstance(app, flask.Flask)
        assert app.name == "it"


def test_no_service(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "Error: no module shopp.flask: is 'shopp' a service, and is it installed?\n"
    for command, index in (("server", 1), ("flask routes", 2)):
        arguments = list(COMMANDS[command])
        arguments[index] = arguments[index].replace("shop", "shopp")
        monkeypatch.setitem(COMMANDS, command, arguments)
        assert run(command).stderr == line


def test_flask_loads_what_is_no_service_by_itself(service: Service, run: Run) -> None:
    other = "import shop\n\n\ndef create_app():\n    return shop.create_app()\n"
    service({**WHOLE, "shop/other.py": other})
    for app in ("shop.other", "shop.other:create_app", "shop.flask"):
        COMMANDS["other"] = ["flask", "--app", app, "routes"]
        assert "/__version__" in run("other").stdout
    del COMMANDS["other"]


def test_a_long_error_is_shortened(service: Service) -> None:
    service({"settings.py": "raise ValueError('x' * 1000)\n"})
    with pytest.raises(StartupError) as error:
        create_app("shop")
    assert f"ValueError: {'x' * 499}…; to see" in str(error.value)


def test_settings_that_cannot_be_read(service: Service) -> None:
    here = service({"settings.py": "\0"})
    with pytest.raises(StartupError) as error:
        create_app("shop")
    assert str(error.value).startswith(f"{here}/settings.py")


# The name flask.

TRAPS = {
    "in a function": "import flask\n\n\ndef page():\n    return flask.request.path\n",
    "in a method": "\nimport flask\n\n\nclass A:\n    def page(self):\n        return flask.g\n",
    "in a lambda": "import flask\npage = lambda: flask.g\n",
    "in a closure": "import flask\n\n\ndef f():\n    def g():\n        flask.g\n    return g\n",
    "with a submodule": "import flask.views\n\n\ndef page():\n    return flask.g\n",
    "in a comprehension": "import flask\n\n\ndef f():\n    return [flask.g for _ in 'a']\n",
    "by another name": "import flask as f\n\nflask = f\n\n\ndef page():\n    return flask.g\n",
}

FINE = {
    "from": "from flask import request\n\n\ndef page():\n    return request.path\n",
    "as": "import flask as flask_\n\n\ndef page():\n    return flask_.request.path\n",
    "inside": "def page():\n    import flask\n\n    return flask.request.path\n",
    "for annotations": "import flask\n\n\ndef page() -> flask.Response: ...\n",
    "for a base class": "import flask\n\n\nclass A(flask.Flask):\n    kind = flask.Response\n",
    "for types alone": (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import flask\n\n\ndef page() -> flask.Response: ...\n"
    ),
    "an argument": "import flask\n\n\ndef page(flask):\n    return flask.x\n",
    "an attribute": "import flask\n\n\ndef page(x):\n    return x.flask\n",
    "at import": "import flask\n\nNAMES = [flask.__name__ for _ in 'a']\n",
    "another": "flask = 'bottle'\n\n\ndef page():\n    return flask\n",
}


@pytest.mark.parametrize("case", TRAPS)
def test_the_name_flask_is_a_trap(service: Service, case: str) -> None:
    here = service({"shop/__init__.py": TRAPS[case] + "\n" + INIT, "shop/flask.py": APP})
    with pytest.raises(StartupError) as error:
        importlib.import_module("shop").create_app()
    line = {"in a method": 2, "by another name": 3}.get(case, 1)
    assert str(error.value) == (
        f"{here}/shop/__init__.py, line {line}: functions use the name flask, which is shop.flask "
        "once that is imported; write `from flask import ...`, or `import flask as flask_`"
    )


@pytest.mark.parametrize("case", FINE)
def test_the_name_flask_is_no_trap(service: Service, case: str) -> None:
    text = INIT if case.startswith("for types") else "\n" + INIT
    service({"shop/__init__.py": FINE[case] + text, "shop/flask.py": APP})
    shop = importlib.import_module("shop")
    assert isinstance(shop.create_app(), App)
    assert isinstance(importlib.import_module("shop.flask").app, App)
    assert isinstance(shop.create_app(), App)


def test_a_package_without_the_submodule_is_no_trap(service: Service) -> None:
    service({"shop/__init__.py": TRAPS["in a function"] + "\n" + INIT})
    assert isinstance(importlib.import_module("shop").create_app(), App)


def test_a_module_is_no_trap(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    here = service({"corner.py": TRAPS["in a function"]})
    monkeypatch.setenv("APP_SETTINGS", str(here / "settings.py"))
    monkeypatch.setitem(sys.modules, "corner", importlib.import_module("corner"))
    assert isinstance(create_app("corner"), App)
