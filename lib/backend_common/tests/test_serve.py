import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import flask
import pytest
from backend_common.serve import SETTINGS, Settings
from serving import Limits

Service = Callable[..., Path]
Serve = Callable[..., subprocess.Popen[str]]

APP = "import backend_common\n\napp = backend_common.create_app('shop')\n"


@pytest.fixture
def serve(service: Service, tmp_path: Path) -> Iterator[Serve]:
    """Start the server of ``shop``; every process ends with the test."""
    directory = service({"shop/flask.py": APP + "app.add_url_rule('/', 'home', lambda: 'hello')\n"})
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str, name: str = "shop") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "backend_common.serve", name, *arguments]
        paths = os.pathsep.join(path for path in (str(directory), *sys.path) if path)
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(serve: Serve, number: int) -> None:
    process = serve("--port", "0", "--workers", "2")
    assert process.stdout
    url = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
    with urllib.request.urlopen(url, timeout=60) as response:
        assert response.read() == b"hello"
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in output


LOGGED = """
import warnings
import backend_common
import flask

def home():
    warnings.warn("old", stacklevel=1)
    return flask.request.url

app = backend_common.create_app("shop", extensions=["log"])
app.add_url_rule("/", "home", home)
"""


def test_production_logs_in_one_format(serve: Serve, service: Service) -> None:
    pytest.importorskip("structlog", reason="needs the extra log")
    service({"settings.py": "APP_CHANNEL = 'production'\n", "shop/flask.py": LOGGED})
    process = serve("--port", "0")
    assert process.stdout
    found = None
    lines = []
    while not found:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
        found = re.search(r"http://[^ \"]+", lines[-1])
    request = urllib.request.Request(found[0], headers={"X-Forwarded-Proto": "https"})
    with urllib.request.urlopen(request, timeout=60) as response:
        assert response.read().startswith(b"http:"), "only the service says whom to believe"
    process.send_signal(signal.SIGTERM)
    lines += process.communicate(timeout=60)[0].splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["service"] for event in events} == {"shop"}
    assert {"gunicorn.error", "py.warnings"} <= {event.get("logger") for event in events}
    assert any(event["event"] == "request" for event in events)


def test_a_port_that_is_taken(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = serve("--port", str(port))
        output, _ = process.communicate(timeout=60)
    assert output == (
        f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use; "
        "choose another --host or --port\n"
    )
    assert process.returncode == 1


def test_a_host_that_is_none(serve: Serve) -> None:
    output, _ = serve("--host", "no.such.host.invalid").communicate(timeout=60)
    assert output.startswith("Error: cannot listen on no.such.host.invalid port 8000: ")
    assert len(output.splitlines()) == 1


def test_a_service_that_is_none(serve: Serve) -> None:
    output, _ = serve(name="shopp").communicate(timeout=60)
    assert output == ("Error: no module shopp.flask: is 'shopp' a service, and is it installed?\n")


def test_a_service_without_an_app(serve: Serve, service: Service) -> None:
    service({"shop/flask.py": "app = None\n"})
    output, _ = serve().communicate(timeout=60)
    assert output == (
        "Error: shop.flask:app is not a Flask application; write app = shop.create_app()\n"
    )


def test_a_wrong_setting(serve: Serve, service: Service) -> None:
    service({"settings.py": "APP_CHANNEL = 'moon'\n", "shop/flask.py": APP})
    output, _ = serve().communicate(timeout=60)
    assert output.startswith("Error: the setting APP_CHANNEL of 'shop' is wrong")


def test_no_service(serve: Serve) -> None:
    output, _ = serve(name="--port").communicate(timeout=60)
    assert output == "Usage: python -m backend_common.serve SERVICE [OPTIONS]\n"


def test_development_listens_on_loopback_alone(serve: Serve, tmp_path: Path) -> None:
    output, _ = serve("--host", "0.0.0.0", "--port", "0").communicate(timeout=60)
    assert output == (
        "Error: 'shop' runs in development, which other machines must not reach, and '0.0.0.0' is "
        "not a loopback address: listen on 127.0.0.1, or set APP_CHANNEL=production\n"
    )
    process = serve("--unix", str(tmp_path / "socket"))
    assert process.stdout
    assert any("Booting worker" in line for line in process.stdout)


def test_a_wrong_limit(serve: Serve, service: Service) -> None:
    service({"settings.py": "SERVING_BODY = 0\n", "shop/flask.py": APP})
    output, _ = serve().communicate(timeout=60)
    assert output == (
        "Error: the setting SERVING_BODY of 'shop' is wrong: expected seconds, more than 0; "
        "correct it in the settings file, or in the environment variable that it reads\n"
    )


def test_a_misspelled_limit(
    serve: Serve, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service({"shop/flask.py": APP})
    monkeypatch.setenv("SERVING_IDEL", "5")
    output, _ = serve().communicate(timeout=60)
    assert output == (
        "Error: nothing reads the setting SERVING_IDEL of 'shop', which resembles SERVING_IDLE: "
        "correct or remove it in the environment\n"
    )


def test_the_limits_are_those_of_the_server() -> None:
    fields = {field.key: field.default for field in SETTINGS}
    expected = {f"SERVING_{each.name.upper()}": each.default for each in dataclasses.fields(Limits)}
    assert fields.keys() == expected.keys()
    assert all(fields[key] == expected[key] for key in fields if key != "SERVING_MAX_BODY")


@pytest.mark.parametrize(("length", "largest"), [(None, 16 * 1024 * 1024), (5, 5)])
def test_the_largest_body(length: int | None, largest: int) -> None:
    app = flask.Flask("shop")
    app.config["MAX_CONTENT_LENGTH"] = length
    assert Settings(app).max_body == largest
