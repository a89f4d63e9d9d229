"""What a service builds to: its app, and its tests."""

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from checkout import append
from service import DEVELOPMENT, migrate, serving
from toolchain import build, build_error, packages

pytestmark = pytest.mark.builds


@pytest.fixture
def app() -> Path:
    return build("treestatus")


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    """The variables of an app with a state directory of its own."""
    return {"STATE_DIRECTORY": str(tmp_path)}


def test_an_app_has_its_commands_and_its_settings(app: Path) -> None:
    for name in ("bin/treestatus", "bin/flask", "bin/python", "share/treestatus/settings.py"):
        assert (app / name).is_file()
    assert (app / "share/treestatus/migrations/env.py").is_file()


def test_an_app_serves(app: Path, state: dict[str, str]) -> None:
    migrate(app, "treestatus", state)
    with serving(app, "treestatus", state) as service:
        assert service.request("GET", "/trees") == {"result": {}}
        service.request("PUT", "/trees/main", {"status": "open"})
        change = {"trees": ["main"], "status": "closed", "reason": "bustage", "tags": ["infra"]}
        service.request("PATCH", "/trees", change)
        assert service.request("GET", "/trees/main")["result"]["status"] == "closed"
        reasons = [log["reason"] for log in service.request("GET", "/trees/main/logs")["result"]]
        assert "bustage" in reasons


def test_the_deployed_object_is_where_the_convention_has_it(app: Path) -> None:
    code = "from treestatus.flask import app; import flask; print(isinstance(app, flask.Flask))"
    printed = subprocess.check_output([app / "bin/python", "-c", code], env=DEVELOPMENT, text=True)
    assert printed == "True\n"


def test_an_app_is_for_production_and_names_what_it_lacks(app: Path) -> None:
    for command in ("treestatus --port 0", "flask --app treestatus.flask routes"):
        program, *options = command.split()
        done = subprocess.run(
            [app / "bin" / program, *options], env={}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: the setting SECURITY_TRUSTED_HOPS of 'treestatus' ")


def test_the_app_does_not_depend_on_its_tests(app: Path) -> None:
    assert not [name for name in packages(app) if name.startswith(("pytest", "ruff", "mypy"))]


@pytest.mark.parametrize("name", ["treestatus", "tokens", "backend_common", "please_cli"])
def test_tests_leave_a_report_and_a_log(name: str) -> None:
    output = build(f"{name}.tests")
    suite = ET.parse(output / "junit.xml").getroot()[0]
    assert int(suite.attrib["tests"]) > 0
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")
    assert " passed" in (output / "log").read_text().splitlines()[-1]


def test_a_test_that_fails_fails_the_build(checkout: Path) -> None:
    append(checkout / "src/tokens/tests/test_failure.py", "def test_failure():\n    assert 0\n")
    assert "test_failure.py::test_failure" in build_error("tokens.tests", root=checkout)
