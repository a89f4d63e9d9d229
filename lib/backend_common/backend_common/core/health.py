"""Whether an application works, for load balancers and operators: the Dockerflow endpoints.

``/__lbheartbeat__`` answers as long as the process does, ``/__heartbeat__`` runs the checks of
the extensions, ``/__version__`` tells what is deployed: https://github.com/mozilla-services/Dockerflow.

NB: the dockerflow library is not used. Its checks are in one registry for the process, they run
one after the other without a limit, its Flask part imports SQLAlchemy wherever it is installed,
and it serves ``/__error__``, an error for whoever asks. What would remain is the shape of the
answers, which the tests compare with the library's own.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from importlib import metadata
from pathlib import Path
from typing import Any

import flask

from backend_common.core import places, settings
from backend_common.core.settings import SettingError

Check = Callable[[], object]

PATHS = frozenset({"/__heartbeat__", "/__lbheartbeat__", "/__version__"})
"""What is asked by machines, over plain HTTP and often."""

OK = 0
ERROR = 40  # a level of the logging module's, which Dockerflow takes over
LEVELS = {OK: "ok", ERROR: "error"}


class Unhealthy(Exception):  # noqa: N818  what it is, as HTTP's errors are called
    """A check failed; the message says what is wrong, for everybody to read: no secrets."""


def _version_file(app: flask.Flask) -> str:
    return str(places.version(app.name, app.root_path) or "")


class Settings(settings.Table):
    """How the endpoints answer."""

    version_file = settings.Path(
        "APP_VERSION_FILE",
        _version_file,
        shown="`version.json` beside the settings file, if there is one",
        text="A JSON object, the answer of `/__version__`.",
    )
    timeout = settings.Number(
        "HEARTBEAT_TIMEOUT",
        3.0,
        unit="seconds",
        more_than=0,
        text="How long the checks of a heartbeat may take.",
    )
    cache = settings.Number(
        "HEARTBEAT_CACHE",
        1.0,
        unit="seconds",
        at_least=0,
        text="How long the outcome of the checks is reused, so that many probes cost as much as "
        "one.",
    )


SETTINGS = Settings.fields()


def init_app(app: flask.Flask) -> None:
    """Give *app* the three endpoints.

    :raises SettingError: a setting, or the content of ``version.json``, is wrong.
    """
    read = Settings(app)
    heartbeat = Heartbeat(app, read.timeout, read.cache)
    version = _version(app, read.version_file)
    app.extensions["heartbeat"] = heartbeat
    app.extensions["version"] = version

    def show_heartbeat() -> flask.Response:
        report = heartbeat.report()
        return _answer(report, 200 if report["status"] == "ok" else 500)

    app.add_url_rule("/__lbheartbeat__", "lbheartbeat", lambda: _answer({"status": "ok"}, 200))
    app.add_url_rule("/__heartbeat__", "heartbeat", show_heartbeat)
    app.add_url_rule("/__version__", "version", lambda: _answer(version, 200))


def add(app: flask.Flask, name: str, check: Check) -> None:
    """Let the heartbeat of *app* depend on *check*.

    :param name: of the extension, or of what the service itself depends on.
    :param check: runs in a thread of its own and in an application context; it raises
        :class:`Unhealthy`, or any other exception, when something is wrong. It must give up by
        itself after ``HEARTBEAT_TIMEOUT``: nobody waits longer, and while it runs it is not run
        again.
    :raises ValueError: *app* has a check of that name.
    """
    app.extensions["heartbeat"].add(name, check)


def version(app: flask.Flask) -> Mapping[str, Any]:
    """Return what ``/__version__`` of *app* tells: by convention ``version``, ``commit``..."""
    content: Mapping[str, Any] = app.extensions["version"]
    return content


class Heartbeat:
    """The checks of one application.

    :param limit: seconds that each check has; they run at the same time.
    :param keep: seconds that an outcome is told again, instead of running the checks.
    """

    def __init__(self, app: flask.Flask, limit: float, keep: float) -> None:
        self._app = app
        self._limit = limit
        self._keep = keep
        self._checks: dict[str, Check] = {}
        self._running: dict[str, Future[None]] = {}
        self._round: Round | None = None
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()

    def add(self, name: str, check: Check) -> None:
        """Add *check*; see :func:`add`."""
        if name in self._checks:
            message = f"{self._app.name!r} has a check {name!r} already: choose another name"
            raise ValueError(message)
        self._checks[name] = check

    def report(self) -> dict[str, Any]:
        """Return how the checks went, in the shape that Dockerflow's libraries answer with.

        Whoever asks while checks run waits for them, and starts none.
        """
        with self._lock:
            if self._round is None or self._round.is_older_than(self._keep):
                self._round = Round(self._start(), self._limit)
            current = self._round
        errors = current.errors()
        problems = {name: _problem(error) for name, error in errors.items()}
        self._log(problems, errors)
        levels = {name: ERROR if name in problems else OK for name in self._checks}
        return {
            "status": LEVELS[max(levels.values(), default=OK)],
            "checks": {name: LEVELS[level] for name, level in levels.items()},
            "details": {
                name: {"status": LEVELS[ERROR], "level": ERROR, "messages": {name: problem}}
                for name, problem in problems.items()
            },
        }

    def _start(self) -> dict[str, Future[None]]:
        """Start each check, but those that still run: one that hangs has one thread, not many."""
        for name, check in self._checks.items():
            if name not in self._running or self._running[name].done():
                self._running[name] = self._run(name, check)
        return dict(self._running)

    def _run(self, name: str, check: Check) -> Future[None]:
        future: Future[None] = Future()
        deadline = time.monotonic() + self._limit

        def run() -> None:
            try:
                with self._app.app_context():
                    check()
                if time.monotonic() > deadline:
                    raise Unhealthy(_late(self._limit))
            except BaseException as error:  # noqa: BLE001  whatever it is, it is the outcome
                future.set_exception(error)
            else:
                future.set_result(None)

        # NB: a daemon, and in no pool: a check that hangs must not keep the process from ending.
        threading.Thread(target=run, name=f"heartbeat-{name}", daemon=True).start()
        return future

    def _log(self, problems: Mapping[str, str], errors: Mapping[str, BaseException]) -> None:
        """Log what is not as it was: a probe comes every few seconds."""
        with self._lock:
            told, self._told = self._told, dict(problems)
        for name, problem in problems.items():
            if told.get(name) != problem:
                reason = None if isinstance(errors[name], Unhealthy) else errors[name]
                self._app.logger.error("heartbeat: %s: %s", name, problem, exc_info=reason)
        for name in told.keys() - problems.keys():
            self._app.logger.warning("heartbeat: %s: works again", name)


class Round:
    """Checks that were started at the same time.

    :param futures: of the checks, by name.
    :param limit: seconds that they have.
    """

    def __init__(self, futures: Mapping[str, Future[None]], limit: float) -> None:
        self._futures = futures
        self._limit = limit
        self._deadline = time.monotonic() + limit
        self._ended: float | None = None

    def is_older_than(self, seconds: float) -> bool:
        """Tell whether the checks ended, or ran out of time, more than *seconds* ago."""
        now = time.monotonic()
        if self._ended is None and now < self._deadline:
            return False
        return now - (self._ended or self._deadline) >= seconds

    def errors(self) -> dict[str, BaseException]:
        """Wait for the checks, and return what those that failed raised, by their names."""
        wait(self._futures.values(), timeout=max(0, self._deadline - time.monotonic()))
        found = {name: self._error(future) for name, future in self._futures.items()}
        self._ended = self._ended or time.monotonic()
        return {name: error for name, error in found.items() if error}

    def _error(self, future: Future[None]) -> BaseException | None:
        return future.exception() if future.done() else Unhealthy(_late(self._limit))


def _problem(error: BaseException) -> str:
    if isinstance(error, Unhealthy):
        return str(error)
    # NB: not its message, which may have what an address or a statement holds.
    return f"the check failed with {type(error).__name__}"


def _late(limit: float) -> str:
    return f"no answer within {limit:g} s"


def _answer(content: Mapping[str, Any], status: int) -> flask.Response:
    response = flask.jsonify(content)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _version(app: flask.Flask, chosen: str) -> dict[str, Any]:
    """Return the content of the file *chosen*, or else the version of the installed service."""
    if not chosen:
        return {"name": app.name, "version": _installed(app.name)}
    try:
        content = json.loads(Path(chosen).read_text())
    except OSError as error:
        raise _wrong_file(app, chosen, error.strerror) from error
    except ValueError as error:
        raise _wrong_file(app, chosen, f"it is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise _wrong_file(app, chosen, "it is not a JSON object")
    return content


def _wrong_file(app: flask.Flask, path: str, reason: str | None) -> SettingError:
    return SettingError(
        f"cannot tell the version of {app.name!r} from {path}: {reason}; "
        "correct the file, or name another in APP_VERSION_FILE"
    )


def _installed(service: str) -> str | None:
    try:
        return metadata.version(service)
    except metadata.PackageNotFoundError:
        return None  # a bare checkout on the path
