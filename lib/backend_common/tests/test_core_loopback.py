import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import flask
import pytest
from backend_common import SettingError, create_app
from backend_common.core import loopback

Service = Callable[..., Path]
Flask = Callable[..., "subprocess.CompletedProcess[str]"]

APP = "import backend_common\n\napp = backend_common.create_app('shop')\n"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "127.8.9.10", "::1", "localhost", "unix:/s"]
)
def test_loopback(host: str) -> None:
    assert loopback.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "0", "::", "", "192.0.2.1", "2001:db8::1", "no.such.host.invalid", "a b"]
)
def test_what_other_machines_can_reach(host: str) -> None:
    assert not loopback.is_loopback(host)


def test_development_is_refused_and_production_is_not(service: Service) -> None:
    service()
    loopback.require(create_app("shop"), "::1")
    loopback.require(create_app("shop", config={"APP_CHANNEL": "production"}), "0.0.0.0")
    loopback.require(flask.Flask("plain"), "0.0.0.0")  # which has no channel
    with pytest.raises(SettingError) as error:
        loopback.require(create_app("shop"), "0.0.0.0")
    assert str(error.value) == (
        "'shop' runs in development, which other machines must not reach, and '0.0.0.0' is not a "
        "loopback address: listen on 127.0.0.1, or set APP_CHANNEL=production"
    )


def test_flasks_own_server(service: Service) -> None:
    service()
    with pytest.raises(SettingError, match=r"'0\.0\.0\.0' is not a loopback address"):
        create_app("shop").run("0.0.0.0", 0)
    with pytest.raises(SettingError, match=r"'192\.0\.2\.1' is not a loopback address"):
        create_app("shop", config={"SERVER_NAME": "192.0.2.1:80"}).run(port=0)


@pytest.fixture
def run_flask(service: Service, tmp_path: Path) -> Flask:
    """Run the command ``flask`` for the service ``shop``."""
    directory = service({"shop/flask.py": APP})
    paths = os.pathsep.join(path for path in (str(directory), *sys.path) if path)

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        given: Mapping[str, str] = {**os.environ, "PYTHONPATH": paths, **variables}
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "shop.flask", *arguments],
            env=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_flask_run_in_development(run_flask: Flask) -> None:
    for arguments, variables in (
        (["run", "--host", "0.0.0.0", "--port", "0"], {}),
        (["--debug", "run", "-h", "::", "-p", "0"], {}),
        (["run", "--port", "0"], {"FLASK_RUN_HOST": "0.0.0.0"}),
    ):
        done = run_flask(*arguments, **variables)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: 'shop' runs in development, which other machines must not")
    # A port that is taken ends the command after the check.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run_flask("run", "--port", str(taken.getsockname()[1]))
    assert "is in use by another program" in done.stderr


def test_other_commands_of_flask(run_flask: Flask) -> None:
    assert run_flask("routes", FLASK_RUN_HOST="0.0.0.0").returncode == 0


def test_a_wrong_setting_is_one_line_of_the_command_flask(run_flask: Flask) -> None:
    for command in ("routes", "run", "shell"):
        done = run_flask(command, APP_CHANNEL="moon")
        assert done.returncode == 1
        assert done.stderr == (
            "Error: the setting APP_CHANNEL of 'shop' is wrong: expected production or "
            "development; correct the environment variable APP_CHANNEL\n"
        )
