"""Tokens and a service that accepts its tokens, each served in a process of its own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

SHOP = """
from backend_common import create_app as create, current_app
from backend_common.auth import require_permissions


@require_permissions(["shop/orders/read"])
def orders():
    return {"name": current_app.auth.current_user.name}


def create_app(config=None):
    app = create("shop", extensions=["auth"], config=config)
    app.add_url_rule("/orders", view_func=orders)
    return app
"""
FLASK = "import shop\n\napp = shop.create_app()\n"

Answer = tuple[int, Any]


class Served:
    """A service that runs: its address, and its process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout
        found = (re.search(r"http://[\d.]+:\d+", line) for line in process.stdout)
        self.url = next(each for each in found if each)[0]

    def ask(self, method: str, path: str, token: str | None = None, body: Any = None) -> Answer:
        """Return the status of the answer, and what it holds."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read() or "null")
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@contextmanager
def served(service: str, environment: dict[str, str], port: int = 0) -> Iterator[Served]:
    """Serve a service, as ``bin/<service>`` does."""
    command = ["-m", "backend_common.serve", service, "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What both services have in common: development, and no server that is not started here."""
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "src/settings.py").touch()
    (tmp_path / "src/shop/__init__.py").write_text(SHOP)
    (tmp_path / "src/shop/flask.py").write_text(FLASK)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AUTH_")},
        "APP_CHANNEL": "development",
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "src"), *filter(None, sys.path)]),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def environment_of_tokens(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of tokens, whose database is migrated."""
    environment = {
        **environment,
        "STATE_DIRECTORY": str(tmp_path / "tokens"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/tokens.db",
        "TOKENS_LIST_LIFETIME": "3",
    }
    upgrade = [sys.executable, "-m", "flask", "--app", "tokens.flask", "db", "upgrade"]
    subprocess.run(upgrade, env=environment, check=True, capture_output=True)
    return environment


def of_shop(environment: dict[str, str], tmp_path: Path, tokens: str) -> dict[str, str]:
    """Return the environment of the shop, which trusts tokens."""
    entry = {
        "keys": f"{tokens}/.well-known/jwks.json",
        "revoked": f"{tokens}/revoked",
        "query": f"{tokens}/tokens/query",
        "permissions": ["shop/*"],
    }
    return {
        **environment,
        "STATE_DIRECTORY": str(tmp_path / "shop"),
        "AUTH_ISSUERS": json.dumps({"tokens": entry}),
        "AUTH_REVOKED_INTERVAL": "0.5",
        "AUTH_QUERY_LIFETIME": "0.5",
    }


BODIES: dict[str, dict[str, Any]] = {
    "tmp": {"permissions": ["shop/orders/*"]},
    "prm": {"permissions": ["shop/orders/*"], "typ": "prm", "name": "builder"},
    "usr": {"permissions": ["shop/orders/*"], "typ": "usr"},
}
USERS = {
    "tmp": "tokens#anonymous",
    "prm": "tokens#service:builder",
    "usr": "tokens#anonymous",
}


@pytest.fixture
def tokens(environment_of_tokens: dict[str, str]) -> Iterator[Served]:
    """The service tokens."""
    with served("tokens", environment_of_tokens) as tokens:
        yield tokens


@pytest.fixture
def shop(environment: dict[str, str], tmp_path: Path, tokens: Served) -> Iterator[Served]:
    """A service that trusts tokens."""
    with served("shop", of_shop(environment, tmp_path, tokens.url)) as shop:
        yield shop


def issue(tokens: Served, typ: str, *permissions: str) -> Any:
    body = {**BODIES[typ], **({"permissions": permissions} if permissions else {})}
    status, answer = tokens.ask("POST", "/tokens", body=body)
    assert status == 200, answer
    return answer["result"]


def until_shop_answers(shop: Served, token: str, expected: int) -> Any:
    """Ask for orders until the answer has a status; return what it holds."""
    deadline = time.monotonic() + 60
    while (answer := shop.ask("GET", "/orders", token))[0] != expected:
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
    return answer[1]


@pytest.mark.parametrize("typ", BODIES)
def test_a_token_is_accepted_refused_and_revoked(tokens: Served, shop: Served, typ: str) -> None:
    assert shop.ask("GET", "/orders")[0] == 401
    one = issue(tokens, typ)
    assert shop.ask("GET", "/orders", one["token"]) == (200, {"name": USERS[typ]})
    assert shop.ask("GET", "/orders", issue(tokens, typ, "shop/other")["token"])[0] == 403
    assert shop.ask("GET", "/orders", issue(tokens, typ, "other/*")["token"])[0] == 401
    assert tokens.ask("DELETE", f"/tokens/{one['id']}")[0] == 204
    assert "it has been revoked" in until_shop_answers(shop, one["token"], 401)


def test_a_service_outlives_tokens_and_accepts_no_token_meanwhile(
    tokens: Served, shop: Served, environment_of_tokens: dict[str, str]
) -> None:
    living = [issue(tokens, typ)["token"] for typ in BODIES]
    for token in living:
        assert shop.ask("GET", "/orders", token)[0] == 200
    tokens.process.kill()
    tokens.process.wait()
    for token in living:
        assert "does not answer now" in until_shop_answers(shop, token, 503)
    with served("tokens", environment_of_tokens, int(tokens.url.rpartition(":")[2])):
        for token in living:
            until_shop_answers(shop, token, 200)
