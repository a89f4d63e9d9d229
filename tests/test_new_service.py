"""README.md, "Adding a service", done to a copy of the checkout as it is written."""

import urllib.request
from pathlib import Path

import pytest
from checkout import append, copy, edit
from service import serving
from toolchain import ROOT, NixError, build, packages, run
from worked_example import do, steps

DOCUMENT = ROOT / "README.md"
FILES = [
    "src/hello/pyproject.toml",
    "src/hello/hello/__init__.py",
    "src/hello/hello/flask.py",
    "src/hello/tests/test_hello.py",
]
# An application of Flask alone, made a service as the document says.
PLAIN = {
    "settings.py": "",
    "plain/flask.py": """\
from flask import Flask, render_template

app = Flask("plain")


@app.get("/")
def index():
    return render_template("index.html")
""",
    "plain/__init__.py": "",
    "plain/templates/index.html": "plain\n",
    "tests/test_plain.py": """\
from plain.flask import app


def test_plain():
    assert app.test_client().get("/").text == "plain"
""",
}


# A Flask application of older packages, which knows nothing of lib/: its pytest and its Click are
# too old for the members of `default`, and its gunicorn is not the server's.
LEGACY = {
    "pyproject.toml": """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "legacy"
version = "1.0.0"
dependencies = ["click<8.1", "flask==2.1.3", "gunicorn<22", "urllib3<2", "werkzeug<2.2"]

[dependency-groups]
test = ["pytest<7"]

[tool.services]
resolve = "legacy"
app = "legacy.web:create_app('old', times=2)"

[tool.setuptools]
packages = ["legacy"]
""",
    "legacy/__init__.py": "",
    "legacy/web.py": """\
import click
import flask


def create_app(name, times=1):
    app = flask.Flask("legacy")

    @app.get("/")
    def index():
        return f"{name * times} {flask.__version__} {click.__version__}"

    @app.cli.command()
    def greet():
        print(name * times)

    return app
""",
    "tests/test_legacy.py": """\
import pytest
from legacy.web import create_app


def test_legacy():
    assert create_app("x").test_client().get("/").data.startswith(b"x 2.1.3 8.0.")
    assert pytest.__version__.startswith("6.")
""",
}


def add_legacy(checkout: Path) -> None:
    """Add a service in a resolve of its own, which requires nothing of lib/."""
    append(checkout / "pyproject.toml", "\n[tool.services.resolves.legacy]\n")
    for path, text in LEGACY.items():
        file = checkout / "src/legacy" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def add_plain(checkout: Path) -> None:
    """Add a service whose application does not use backend_common."""
    manifest = (checkout / FILES[0]).read_text().replace("hello", "plain")
    manifest = manifest.replace('"backend_common[log]"', '"backend_common", "flask"')
    data = '\n[tool.setuptools.package-data]\nplain = ["templates/*", "static/*"]\n'
    for path, text in {**PLAIN, "pyproject.toml": manifest + data}.items():
        file = checkout / "src/plain" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def answer(app: Path, name: str, state: Path) -> bytes:
    """Serve an app, and return what it has at its root."""
    with (
        serving(app, name, {"STATE_DIRECTORY": str(state)}) as service,
        urllib.request.urlopen(f"{service.url}/", timeout=60) as response,
    ):
        content: bytes = response.read()
        return content


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with the service of the document and two of other shapes, locked."""
    checkout = copy(tmp_path_factory.mktemp("new-service") / "checkout")
    for step in steps(DOCUMENT):
        (checkout / step.path).parent.mkdir(parents=True, exist_ok=True)
        do(step, checkout)
    (checkout / "src/hello/settings.py").touch()
    add_plain(checkout)
    add_legacy(checkout)
    please(checkout, "lock")
    return checkout


def please(checkout: Path, *arguments: str) -> str:
    """Run a command of ./please, and return its output. Raises NixError if it fails."""
    program = build("please_cli") / "bin/please"
    return run(program, *arguments, variables={"PLEASE_ROOT": str(checkout)}).stdout


def test_the_document_says_what_to_write() -> None:
    assert [step.path for step in steps(DOCUMENT)] == FILES


@pytest.mark.builds
def test_it_passes_its_tests(extended: Path) -> None:
    assert please(extended, "test", "hello").splitlines()[-1] == "1 passed, 0 failed"


@pytest.mark.builds
def test_it_passes_its_tests_in_its_shell(extended: Path) -> None:
    # With the checkout as the root directory of pytest, too.
    for command in "cd src/hello && pytest -q", "pytest -q src/hello/tests":
        command_in_it = f"cd {extended} && {command}"
        assert "1 passed in " in please(extended, "shell", "hello", "--run", command_in_it)


@pytest.mark.builds
def test_it_answers(extended: Path, tmp_path: Path) -> None:
    assert answer(build("hello", root=extended), "hello", tmp_path) == b"hello\n"


@pytest.mark.builds
def test_an_application_of_flask_alone(extended: Path, tmp_path: Path) -> None:
    assert please(extended, "test", "plain").splitlines()[-1] == "1 passed, 0 failed"
    assert answer(build("plain", root=extended), "plain", tmp_path) == b"plain"


@pytest.mark.builds
def test_a_service_without_a_test(extended: Path) -> None:
    test = extended / FILES[-1]
    text = test.read_text()
    test.unlink()
    try:
        with pytest.raises(NixError) as raised:
            please(extended, "test", "hello")
    finally:
        test.write_text(text)
    error = "error: src/hello has no tests: write tests/test_*.py (docs/testing.md)"
    assert error in str(raised.value).splitlines()


@pytest.mark.builds
def test_a_service_that_requires_nothing_of_the_workspace(extended: Path, tmp_path: Path) -> None:
    assert please(extended, "test", "legacy").splitlines()[-1] == "1 passed, 0 failed"
    app = build("legacy", root=extended)
    assert answer(app, "legacy", tmp_path).startswith(b"oldold 2.1.3 8.0.")
    names = packages(app)
    assert not {name for name in names if name.startswith(("backend", "flask-3", "urllib3-2"))}
    # The server is beside its packages, in its own process alone.
    assert {name.rpartition(".")[0] for name in names if name.startswith("gunicorn-")} == {
        "gunicorn-21.2",
        "gunicorn-27.0",
    }
    assert run(app / "bin/gunicorn", "--version").stdout == "gunicorn (version 21.2.0)\n"
    variables = {"FLASK_APP": "legacy.web:create_app('flask')", "HOME": str(tmp_path)}
    assert run(app / "bin/flask", "greet", variables=variables).stdout == "flask\n"


@pytest.mark.builds
def test_its_shell(extended: Path) -> None:
    command = f"cd {extended}/src/legacy && FLASK_APP='legacy.web:create_app(\"it\")' flask greet"
    assert please(extended, "shell", "legacy", "--run", command) == "it\n"


@pytest.mark.builds
@pytest.mark.parametrize(
    ("app", "error"),
    [
        (
            "legacy.wep:app",
            'error: src/legacy/pyproject.toml: [tool.services] app = "legacy.wep:app": no module '
            "legacy.wep is installed. Correct the name, or have the service's build backend "
            "install the module.",
        ),
        (
            "legacy.web:create_app(name)",
            'error: src/legacy/pyproject.toml: [tool.services] app = "legacy.web:create_app(name)" '
            "is not the place of an application: write module:object, module:create_app or "
            'module:create_app("argument"), with literals as arguments.',
        ),
        (
            "legacy.web",
            'error: src/legacy/pyproject.toml: [tool.services] app = "legacy.web" is not the place '
            "of an application: write module:object, module:create_app or "
            'module:create_app("argument"), with literals as arguments.',
        ),
    ],
)
def test_an_application_that_is_not_there(extended: Path, app: str, error: str) -> None:
    manifest = extended / "src/legacy/pyproject.toml"
    text = manifest.read_text()
    edit(manifest, "legacy.web:create_app('old', times=2)", app)
    try:
        with pytest.raises(NixError) as raised:
            build("legacy", root=extended)
    finally:
        manifest.write_text(text)
    assert error in str(raised.value)
