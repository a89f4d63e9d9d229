"""README.md, "Adding a service", done to a copy of the checkout as it is written."""

import urllib.request
from pathlib import Path

import pytest
from checkout import copy
from service import serving
from toolchain import ROOT, NixError, build, run
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
    """The checkout with the service of the document and a plain one, locked."""
    checkout = copy(tmp_path_factory.mktemp("new-service") / "checkout")
    for step in steps(DOCUMENT):
        (checkout / step.path).parent.mkdir(parents=True, exist_ok=True)
        do(step, checkout)
    (checkout / "src/hello/settings.py").touch()
    add_plain(checkout)
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
