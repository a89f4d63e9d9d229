"""Sends the requests that Hypothesis draws, and records the answers."""

import itertools
import traceback
from collections import Counter
from typing import Any

import flask
from backend_common import App
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from werkzeug.test import EnvironBuilder, run_wsgi_app

from .headers import HTTPS, Headers

Request = dict[str, Any]
Strategy = st.SearchStrategy[Any]

DRAWS = 10
"""How often to draw from each strategy at least, because the first draw is the simplest request."""
TRACEBACK = b"Traceback (most recent"


class Sender:
    """Sends requests to one application.

    Args:
        app: The application.
        together: How many requests Hypothesis draws at once at most, because it is slower than
            the service. Use 1 where it discards most of what it draws.

    Attributes:
        statuses: How many answers had which status.
        failed: The requests that failed.
    """

    def __init__(self, app: App, together: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.failed: list[Request] = []
        self._app = app
        self._together = together
        self._kinds: set[str] = set()
        self._met: set[tuple[str, str]] = set()
        self._asked: str | None = None
        self._error: Exception | None = None
        flask.request_started.connect(self._note, app)
        flask.got_request_exception.connect(self._note_error, app)

    def send(self, strategies: list[Strategy], headers: Headers, count: int) -> None:
        """Send at least `count` requests, the same number of each of `strategies` that has any."""
        self._kinds |= headers.credentials.keys()
        left = dict(enumerate(strategies))
        seeds = itertools.count()
        while (missing := count - self.statuses.total()) > 0:
            each = -(-missing // len(left))
            together = max(1, min(self._together, each // DRAWS))
            for number, strategy in list(left.items()):
                pairs = st.tuples(strategy, headers.strategy())
                several = st.lists(pairs, min_size=together, max_size=together)
                try:
                    self._send(several, -(-each // together), next(seeds))
                except Unsatisfiable:  # such as a wrong request where nothing can be wrong
                    del left[number]

    def _send(self, lists: Strategy, examples: int, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(lists)
        def send(several: list[tuple[Request, tuple[str, dict[str, str]]]]) -> None:
            for request, (kind, headers) in several:
                # The headers of the strategy come last: they are the subject of its requests.
                self._ask({**request, "headers": {**headers, **request.get("headers", {})}}, kind)

        send()

    def unmet(self) -> list[str]:
        """Return the endpoints that never got some kind of credentials."""
        endpoints = {rule.endpoint for rule in self._app.url_map.iter_rules()}
        return sorted(
            endpoint
            for endpoint in endpoints
            if {kind for known, kind in self._met if known == endpoint} != self._kinds
        )

    def _ask(self, request: Request, kind: str) -> None:
        environ = EnvironBuilder(**{"base_url": HTTPS, **request}).get_environ()
        environ["REQUEST_METHOD"] = request["method"]
        if "Host" in request["headers"]:
            environ["HTTP_HOST"] = request["headers"]["Host"]
        self._asked = self._error = None
        parts, line, _ = run_wsgi_app(self._app, environ, buffered=True)
        if self._asked:
            self._met.add((self._asked, kind))
        status, body = int(line[:3]), b"".join(parts)
        self.statuses[status] += 1
        if status >= 500 or TRACEBACK in body:
            self.failed.append({**request, "status": status, "error": _described(self._error)})

    def _note(self, _: App, **__: Any) -> None:
        self._asked = flask.request.endpoint

    def _note_error(self, _: App, exception: Exception) -> None:
        self._error = exception


def _described(error: Exception | None) -> str | None:
    """Return an error and its place in one line."""
    if error is None:
        return None
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}: {type(error).__name__}: {error}"
