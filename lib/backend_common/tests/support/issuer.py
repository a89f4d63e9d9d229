"""An issuer of tokens: its keys, its web server, and the tokens that it signs."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from backend_common import App, create_app
from backend_common.auth import require_permissions
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet
from werkzeug.test import TestResponse

ISSUER = "https://issuer.example.org/"

SOMEBODY = f"{ISSUER}#somebody"
"""The name of the user of a token with the usual claims."""


class Provider:
    """An issuer's web server: what it answers with, and how often it was asked."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.posted: list[Any] = []
        self.pause = 0.0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.status = 200
        self.redirects: dict[str, str] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                if self.path in provider.redirects:
                    self.send_response(302)
                    self.send_header("Location", provider.redirects[self.path])
                    self.end_headers()
                    return
                text = provider.texts.get(self.path)
                self.answer(text or json.dumps(provider.documents.get(self.path)))

            def do_POST(self) -> None:
                provider.asked.append(self.path)
                length = int(self.headers["Content-Length"])
                provider.posted.append(json.loads(self.rfile.read(length)))
                if self.path in provider.redirects:
                    self.send_response(307)
                    self.send_header("Location", provider.redirects[self.path])
                    self.end_headers()
                    return
                self.answer(json.dumps(provider.answers.get(self.path)))

            def answer(self, text: str) -> None:
                time.sleep(provider.pause)
                provider.may_answer.wait()
                self.send_response(provider.status)
                self.end_headers()
                with suppress(ConnectionError):  # a client may have left
                    self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, *keys: Key) -> None:
        self.documents["/jwks"] = KeySet(list(keys)).as_dict(private=False)


@contextmanager
def serving() -> Iterator[Provider]:
    """Serve a provider until the end of the block."""
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, args=[0.05])
    thread.start()
    yield provider
    provider.may_answer.set()
    provider.server.shutdown()
    provider.server.server_close()
    thread.join()


def make_shop(*extensions: str, **config: Any) -> App:
    """Make the application of the service ``shop``, with views that need permissions."""
    app = create_app("shop", extensions=["auth", *extensions], config=config)

    @app.get("/orders")
    @require_permissions(["shop/orders/read"])
    def orders() -> str:
        return app.auth.current_user.name

    @app.get("/refunds")
    @app.auth.require_permissions([["shop/admin"], ["shop/orders/read", "shop/money"]])
    def refunds() -> str:
        return app.auth.current_user.name

    @app.get("/me")
    @require_permissions([])
    def me() -> str:
        return app.auth.current_user.method or ""

    return app


def get(app: App, path: str, token: str | None = None, **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return app.test_client().get(path, headers=headers)


def claims(**more: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "aud": "shop",
        "sub": "somebody",
        "exp": int(time.time()) + 60,
        "permissions": ["shop/orders/read"],
    }
    return {key: value for key, value in {**usual, **more}.items() if value is not None}


def sign(key: Key, said: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
    header = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **header}
    return jwt.encode(header, said, key, [algorithm], default_type=None)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def ec_key(key_id: str = "one") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": key_id, "use": "sig"})


def refused(app: App, token: str) -> str:
    """Return why *token* is refused."""
    response = get(app, "/orders", token)
    assert response.status_code == 401
    header = response.headers["WWW-Authenticate"]
    prefix = 'Bearer realm="shop", error="invalid_token", error_description="'
    assert header.startswith(prefix)
    reason = header.removeprefix(prefix).removesuffix('"')
    assert f"The token is invalid: {reason}." in response.text
    return reason
