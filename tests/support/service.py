"""A running app, on a free port of loopback."""

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LISTENING = re.compile(r"Listening at: (http://127\.0\.0\.1:\d+)")


DEVELOPMENT = {"APP_CHANNEL": "development"}
"""The channel of apps in tests, unless their variables have another."""


class Service:
    """The processes of an app that serves, and its address."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.url = self._address()

    def _address(self) -> str:
        """Read the log up to the line with the address."""
        assert self.process.stderr is not None
        log = []
        for line in self.process.stderr:
            if match := LISTENING.search(line):
                return match[1]
            log.append(line)
        raise AssertionError(f"the app ended:\n{''.join(log)}")

    def request(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """Send a request with a JSON body, and a bearer token; return what the answer holds."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read() or "null")

    def processes(self) -> list[int]:
        """Return the ids of its processes: the one that was started, and its children."""
        pids = [self.process.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += map(int, children.read_text().split())
        return pids


def migrate(app: Path, name: str, variables: dict[str, str]) -> None:
    """Bring the database of an app up to date."""
    command = [str(app / "bin/flask"), "--app", f"{name}.flask", "db", "upgrade"]
    subprocess.run(command, env=DEVELOPMENT | variables, check=True, capture_output=True)


@contextmanager
def serving(app: Path, name: str, variables: dict[str, str]) -> Iterator[Service]:
    """Serve an app while the context lasts, with only the given environment variables.

    It runs in development, unless they have APP_CHANNEL.
    """
    command = [str(app / "bin" / name), "--port", "0"]
    with subprocess.Popen(
        command, env=DEVELOPMENT | variables, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Service(process)
        finally:
            process.terminate()
            process.communicate()
