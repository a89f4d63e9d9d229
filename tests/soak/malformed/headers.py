"""Headers that any endpoint may get, and credentials of every kind."""

import base64
import itertools
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
from backend_common import App
from backend_common.auth0.sessions import Record
from hypothesis import strategies as st
from werkzeug.http import parse_cookie

Strategy = st.SearchStrategy[Any]

HTTPS = "https://localhost"
HUGE = 100_000  # characters
SESAME = "sesame"  # the right credentials for the functions of the documents
USED_UP = timedelta(days=-1)

latin = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)


class Headers:
    """The headers of requests to one application."""

    def __init__(self, app: App) -> None:
        self.credentials = {**_schemes(), **_of_functions()}
        cookies = ["session=a.b.c", f"key={SESAME}", "=;;=", "session=" + "x" * HUGE]
        if "auth" in app.loaded:
            self.credentials |= _signed(app)
            if "db" in app.loaded:
                self.credentials |= _kept(app)
        if "auth0" in app.loaded:
            cookies += _sessions(app)
        self._others = st.fixed_dictionaries(
            {},
            optional={
                "Cookie": st.sampled_from(cookies) | latin,
                "Accept": st.sampled_from(["*/*", "application/json", "text/html, */*;q=0.1"])
                | latin,
                "Content-Encoding": latin,
                "Host": st.sampled_from(["localhost"] * 5 + ["[", "a b", "a:b", "\xe9"]),
                "Origin": st.sampled_from(["https://shop.example.org", "null"]) | latin,
                "X-Forwarded-For": latin,
                # Most requests come by https, because the others are only redirected.
                "X-Forwarded-Proto": st.sampled_from(["https"] * 20 + ["http", "", "\xe9", "a,b"]),
                "X-Key": st.just(SESAME) | latin,
                "X-Request-ID": latin,
            },
        )

    def strategy(self) -> Strategy:
        """Return a strategy for pairs: the kind of the credentials, and all headers.

        The kinds take turns, because Hypothesis may draw the same one many times in a row.
        """
        turns = itertools.cycle(sorted(self.credentials))
        return st.tuples(self._others, latin).map(lambda drawn: self._with(next(turns), *drawn))

    def _with(self, kind: str, others: dict[str, str], random: str) -> tuple[str, dict[str, str]]:
        value = self.credentials[kind]
        if value is None:
            return kind, others
        return kind, {**others, "Authorization": value.replace("<random>", random)}


def _schemes() -> dict[str, str | None]:
    """Return the values of the header for every service; None is for no header."""
    return {
        "none": None,
        "empty": "",
        "no scheme": "a.b.c",
        "no token": "Bearer",
        "blank token": "Bearer  ",
        "tab": "Bearer\ta.b.c",
        "twice": "Bearer Bearer a.b.c",
        "unknown scheme": "Digest username=a",
        "no JWT": "Bearer a.b.c.d.e",
        "dots": "Bearer ..",
        "random": "<random>",
        "random bearer": "Bearer <random>",
        "non-ASCII": "Bearer \xe9\xff\xa0.\xe9.\xe9",
        "huge": "Bearer " + "x" * HUGE,
        "huge scheme": "x" * HUGE,
        "huge basic": "Basic " + "QUJD" * (HUGE // 4),
    }


def _of_functions() -> dict[str, str | None]:
    return {
        "bearer of a function": f"Bearer {SESAME}",
        "basic": "Basic " + _encode(f"somebody:{SESAME}".encode()),
        "basic, wrong": "Basic " + _encode(b"somebody:x"),
        "basic, no colon": "Basic " + _encode(b"somebody"),
        "basic, no text": "Basic " + _encode(b"\xff:\xff"),
        "basic, no base64": "Basic ?",
    }


def _signed(app: App) -> dict[str, str | None]:
    all_ = [f"{app.name}/*"]
    valid = app.auth.sign("alice", all_)
    header, payload, signature = valid.split(".")
    unsigned = _encode(b'{"alg":"none"}').rstrip("=")
    tokens = {
        "valid": valid,
        "valid, some permissions": app.auth.sign("alice", [f"{app.name}/read"]),
        "valid, no permissions": app.auth.sign("alice", []),
        "expired": app.auth.sign("alice", all_, expires=USED_UP),
        "for others": app.auth.sign("alice", all_, audience=["others"]),
        "no signature": f"{header}.{payload}.",
        "wrong signature": f"{header}.{payload}.{signature[::-1]}",
        "algorithm none": f"{unsigned}.{payload}.",
        "no claims": f"{header}..{signature}",
        "opaque, unknown": "sat_" + "x" * 43,
    }
    several = f"Bearer {valid}, Bearer a.b.c"  # as servers join headers of one name
    return {
        **{name: f"Bearer {token}" for name, token in tokens.items()},
        "small letters": f"bearer {valid}",
        "wrong scheme": f"Basic {valid}",
        "several": several,
    }


def _kept(app: App) -> dict[str, str | None]:
    """Return API tokens, where the database has their table."""
    with app.app_context():
        if not app.db.inspect(app.db.engine).has_table("auth_tokens"):
            return {}
        issue = app.auth.tokens.issue
        valid, _ = issue("alice", [f"{app.name}/*"])
        expired, _ = issue("alice", [f"{app.name}/*"], datetime.now(UTC) + USED_UP)
        revoked, known = issue("alice", [f"{app.name}/*"])
        app.auth.tokens.revoke(known.id)
    tokens = {"opaque": valid, "opaque, expired": expired, "opaque, revoked": revoked}
    return {name: f"Bearer {token}" for name, token in tokens.items()}


def _sessions(app: App) -> list[str]:
    """Return cookies: of a user, of a user whose login expired, and of a user who is logging in."""
    now = int(datetime.now(UTC).timestamp())
    cookies = []
    for until in (now + 3600, now - 3600):
        with app.test_request_context():
            app.auth0._sessions.begin(Record("alice", [f"{app.name}/*"], until))
            cookies.append(f"session={_serializer(app).dumps(dict(flask.session))}")
    return [*cookies, login(app)[1]]


def login(app: App) -> tuple[str, str]:
    """Begin to log in; return the state for the provider, and the cookie."""
    response = app.test_client(use_cookies=False).get("/auth0/login", base_url=HTTPS)
    state = parse_qs(urlsplit(response.location).query)["state"][0]
    name, text = next(iter(parse_cookie(response.headers["Set-Cookie"]).items()))
    attempts = app.auth0._attempts
    attempt = attempts._load(text)
    assert attempt
    # The provider for tests has only the http address of the service.
    uri = attempt.data["redirect_uri"].replace("https:", "http:")
    changed = replace(attempt, data={**attempt.data, "redirect_uri": uri})
    return state, f"{name}={attempts._serializer.dumps(asdict(changed))}"


def _serializer(app: App) -> Any:
    return app.session_interface.get_signing_serializer(app)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
