"""The command, with a checkout of connexion that is made up."""

import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT, environment

pytestmark = pytest.mark.builds

DOCUMENT = """
openapi: 3.0.3
info: {title: Made up, version: "1"}
servers: [{url: /v1}]
paths:
  /echo/{count}:
    get:
      operationId: functions.echo
      parameters:
        - {name: count, in: path, required: true, schema: {type: integer}}
      responses: {"200": {description: Alike.}}
  /late:
    get:
      operationId: functions.late
      parameters:
        - {name: p, in: query, schema: {type: integer}}
      responses: {"200": {description: Refused; corrected.}}
  /field:
    post:
      operationId: functions.field
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties: {file: {type: string, format: binary}}
      responses: {"200": {description: Refused; corrected.}}
  /twice:
    get:
      operationId: functions.twice
      responses: {"200": {description: One.}}
      responses: {"200": {description: Refused; corrected.}}
  /secret:
    get:
      operationId: functions.secret
      security: [{token: []}]
      responses: {"200": {description: Refused.}}
components:
  securitySchemes:
    token: {type: oauth2, flows: {}, x-tokenInfoUrl: "https://tokens.test"}
"""
FUNCTIONS = """
def echo(count):
    return count

def late(p):
    return p

def field(file):
    return file.filename

def twice():
    return [2]

def secret():
    return ""
"""
TESTS = """
import sys
from pathlib import Path

import connexion
import pytest

DIRECTORY = Path(__file__).parent.parent / "fixtures"
sys.path.insert(0, str(DIRECTORY))

@pytest.mark.parametrize("kind", [connexion.FlaskApp, connexion.AsyncApp])
def test_echo(kind):
    app = kind(__name__, specification_dir=DIRECTORY)
    app.add_api("made_up.yaml")
    client = app.test_client()
    assert client.get("/v1/echo/5").json() == 5
    assert client.get("/v1/echo/-5").json() == -5
    assert client.get("/v1/echo/x").status_code == 404
    assert client.get("/v1/late?p=3").json() == 3
    assert client.get("/v1/twice").json() == [2]
    if kind is connexion.FlaskApp:
        assert client.post("/v1/field", files={"file": ("f.txt", b"f")}).json() == "f.txt"
    assert client.get("/v1/secret").status_code == 401
"""
REASONS = """
## Differences found by its tests

### It is so

| test | request | connexion | `api` |
|---|---|---|---|
| `test_echo.py::test_echo` | `GET /v1/echo/x` | 404 | 400 |
| `test_echo.py::test_echo` | `GET /v1/late` | 200 | refused; alike |
| `test_echo.py::test_echo` | `GET /v1/twice` | 200 | refused; alike |
| `test_echo.py::test_echo` | `POST /v1/field` | 200 | refused; alike |

### It is refused

| test | request | connexion | `api` |
|---|---|---|---|
| `test_echo.py::test_echo` | `GET /v1/secret` | 401 | refused |
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for path, text in {
        "tests/api/__init__.py": "",
        "tests/api/test_echo.py": TESTS,
        "tests/fixtures/functions.py": FUNCTIONS,
        "tests/fixtures/made_up.yaml": DOCUMENT,
    }.items():
        file = tmp_path / "connexion" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "connexion"


def replay(checkout: Path, reasons: str) -> "subprocess.CompletedProcess[str]":
    file = checkout.parent / "reasons.md"
    file.write_text(reasons)
    command = [str(ROOT / "tests/from_connexion/run"), str(checkout), str(file)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def test_differences_with_a_reason_pass(checkout: Path) -> None:
    before = {path: path.is_file() and path.read_bytes() for path in checkout.rglob("*")}
    done = replay(checkout, REASONS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == (
        "13 requests: 4 alike; 9 differ for 2 reasons; 0 differ without a reason"
    )
    assert before == {path: path.is_file() and path.read_bytes() for path in checkout.rglob("*")}


def test_another_difference_fails(checkout: Path) -> None:
    done = replay(checkout, REASONS.replace("| 404 | 400 |", "| 404 | 500 |"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "without a reason: test_echo.py::test_echo [FlaskApp]: 404 / 400" in done.stdout
    assert "remove the row, which describes no difference now" in done.stdout


def test_tests_that_fail_are_an_error(checkout: Path) -> None:
    (checkout / "tests/api/test_echo.py").write_text("def test_it():\n    assert False\n")
    done = replay(checkout, REASONS)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "from_connexion: connexion's tests fail, so that not all requests are" in done.stderr


def test_a_directory_without_tests_is_an_error(tmp_path: Path) -> None:
    done = replay(tmp_path, REASONS)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{tmp_path} has no tests/api; give the path of a checkout" in done.stderr
