"""Two apps that run beside each other: treestatus accepts the tokens that tokens issues."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from service import Service, migrate, serving
from toolchain import build

pytestmark = pytest.mark.builds

TYPES = {"tmp": {}, "prm": {"name": "builder"}, "usr": {}}


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[Service]:
    """The service tokens, which everybody may ask for tokens in development."""
    app = build("tokens")
    variables = {"STATE_DIRECTORY": str(tmp_path / "tokens"), "TOKENS_LIST_LIFETIME": "3"}
    migrate(app, "tokens", variables)
    with serving(app, "tokens", variables) as service:
        yield service


@pytest.fixture
def treestatus(tmp_path: Path, tokens: Service) -> Iterator[Service]:
    """The service treestatus, which trusts tokens."""
    app = build("treestatus")
    trust = {
        "keys": f"{tokens.url}/.well-known/jwks.json",
        "revoked": f"{tokens.url}/revoked",
        "query": f"{tokens.url}/tokens/query",
        "permissions": ["treestatus/*"],
    }
    variables = {
        "STATE_DIRECTORY": str(tmp_path / "treestatus"),
        "AUTH_ISSUERS": json.dumps({"tokens": trust}),
        "AUTH_REVOKED_INTERVAL": "0.5",
        "AUTH_QUERY_LIFETIME": "0.5",
    }
    migrate(app, "treestatus", variables)
    with serving(app, "treestatus", variables) as service:
        yield service


def issue(tokens: Service, typ: str, permission: str) -> Any:
    """Issue a token, and return what tokens says of it."""
    body = {"typ": typ, "permissions": [permission], **TYPES[typ]}
    return tokens.request("POST", "/tokens", body)["result"]


def status(service: Service, path: str, token: str) -> int:
    """Make a tree with a token; return the status of the answer."""
    try:
        service.request("PUT", path, {"status": "open"}, token)
    except HTTPError as error:
        with error:
            return error.code
    return 201


@pytest.mark.parametrize("typ", TYPES)
def test_a_token_is_accepted_refused_and_revoked(
    tokens: Service, treestatus: Service, typ: str
) -> None:
    issued = issue(tokens, typ, "treestatus/trees/*")
    assert status(treestatus, "/trees/autoland", issued["token"]) == 201
    (entry,) = treestatus.request("GET", "/trees/autoland/logs")["result"]
    assert entry["who"] == f"tokens#{issued['user']}"
    other = issue(tokens, typ, "treestatus/other")
    assert status(treestatus, "/trees/try", other["token"]) == 403
    elsewhere = issue(tokens, typ, "shop/*")
    assert status(treestatus, "/trees/try", elsewhere["token"]) == 401
    tokens.request("DELETE", f"/tokens/{issued['id']}")
    end = time.monotonic() + 60
    names = iter(f"/trees/tree-{number}" for number in range(10_000))
    while (answer := status(treestatus, next(names), issued["token"])) != 401:
        assert answer == 201
        assert time.monotonic() < end
        time.sleep(0.1)
