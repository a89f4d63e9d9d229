"""Runs connexion's tests: `python -m from_connexion.recording CHECKOUT FILE`.

Each request of a test goes to connexion first, as the test says, and then to `api`, while all that
the test has patched is still so. Both answers are appended to FILE.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from connexion.apps.abstract import AbstractApp  # type: ignore[import-untyped]
from connexion.middleware import ConnexionMiddleware  # type: ignore[import-untyped]

from . import TESTS
from .exchange import Answer, Exchange, Request, write
from .recorded import Recorder
from .replica import Replica, Replicas


def main(checkout: Path, file: Path) -> int:
    """Run the tests; return the status of pytest."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        # First, as the tests expect. connexion itself is the locked one, which is imported by now.
        sys.path[:0] = [str(checkout), name]
        # Without settings of pytest's, as all that connexion has are about warnings and plugins.
        ini = directory / "pytest.ini"
        ini.touch()
        options = ["-q", "-c", str(ini), f"--rootdir={checkout}", "--disable-warnings"]
        without = ["-p", "no:cacheprovider", "-p", "no:backend_common"]
        recording = Recording(directory, file)
        tests = [str(checkout / each) for each in TESTS if (checkout / each).exists()]
        return int(pytest.main([*options, *without, *tests], [recording]))


class Recording:
    """The plugin of pytest that records.

    Args:
        directory: An empty directory, from which Python imports.
        file: What the exchanges are appended to.
    """

    def __init__(self, directory: Path, file: Path) -> None:
        self._file = file
        self._test = ("", "")
        self._recorder = Recorder()
        self._replicas = Replicas(directory)
        self._made: WeakKeyDictionary[AbstractApp, Replica] = WeakKeyDictionary()
        test_client = AbstractApp.test_client

        def recorded_client(app: AbstractApp, **options: Any) -> Any:
            client = test_client(app, **options)
            client.event_hooks = {"response": [lambda response: self._replay(app, response)]}
            return client

        AbstractApp.test_client = recorded_client

    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Note which test is next."""
        name, _, parameters = item.name.partition("[")
        self._test = (f"{item.path.name}::{name}", parameters.rstrip("]"))

    def _replay(self, app: Any, response: Any) -> None:
        response.read()
        sent = response.request
        request = Request(
            sent.method,
            sent.url.raw_path.decode("ascii"),
            [[name.lower(), value] for name, value in sent.headers.multi_items()],
            sent.read().decode("latin-1"),
        )
        headers = [[name.lower(), value] for name, value in response.headers.multi_items()]
        theirs = Answer(response.status_code, headers, response.content.decode("latin-1"))
        if app not in self._made:
            # An application of Flask's may have been given another class that writes JSON.
            provider = {"json": type(app.app.json)} if hasattr(app, "app") else {}
            self._made[app] = self._replicas.make(self._recorder[app], **provider)
        replica = self._made[app]
        options = sorted(replica.lacks | ({"middleware"} if _is_wrapped(app) else set()))
        write(Exchange(*self._test, options, request, theirs, replica.answer(request)), self._file)


def _is_wrapped(app: AbstractApp) -> bool:
    """Tell whether a test put something around an application."""
    return not isinstance(app.middleware, ConnexionMiddleware)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument).absolute() for argument in sys.argv[1:])))
