"""Any WSGI server serves ``treestatus.flask:app``, and so does ``flask run``."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

FLASK = ["-m", "flask", "--app", "treestatus.flask"]
WSGIREF = """
from wsgiref.simple_server import make_server
from treestatus.flask import app

server = make_server("127.0.0.1", 0, app)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
"""
COMMANDS = {
    "flask run": [*FLASK, "run", "--port", "0"],
    "wsgiref": ["-c", WSGIREF],
    "bin": ["-m", "backend_common.serve", "treestatus", "--port", "0"],
}


@pytest.fixture(params=COMMANDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a server serves, in development, with an empty database."""
    environment = {
        **os.environ,
        "APP_CHANNEL": "development",
        "DATABASE_URL": f"sqlite:///{tmp_path}/trees.db",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONUNBUFFERED": "1",
        "STATE_DIRECTORY": str(tmp_path),
    }
    upgrade = [sys.executable, *FLASK, "db", "upgrade"]
    subprocess.run(upgrade, env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        [sys.executable, *COMMANDS[request.param]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        found = (re.search(r"http://[\d.]+:\d+", line) for line in process.stdout)
        yield next(each for each in found if each)[0]
        process.kill()


def ask(url: str, method: str = "GET", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    asked = Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urlopen(asked, timeout=60) as response:
        return json.load(response)["result"]


def test_the_service_is_served(url: str) -> None:
    assert ask(f"{url}/trees") == {}
    ask(f"{url}/trees/autoland", "PUT", {"status": "open"})
    assert ask(f"{url}/trees/autoland")["status"] == "open"
