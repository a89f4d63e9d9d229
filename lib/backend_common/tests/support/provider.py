"""An OpenID Connect provider in the process of the tests, which does as they tell it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
CLIENT = "shop"


class Provider:
    """What the provider says.

    Attributes:
        claims: Of the ID token, beside those that each has, or in their place.
        user_info: The answer of the UserInfo endpoint.
        statuses: The status of an answer, by path; 200 for others.
        codes: The codes that were not used yet, and the nonces of their logins.
    """

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.user_info: Any = {"sub": "alice"}
        self.statuses: dict[str, int] = {}
        self.codes: dict[str, str] = {}
        self._made = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self._answer(parse_qs(self.rfile.read(length).decode()))

            def _answer(self, form: dict[str, list[str]]) -> None:
                path = urlsplit(self.path).path
                status, document = provider.answer(path, form)
                self.send_response(provider.statuses.get(path, status))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/"

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        """Return the status and the document that answer a request."""
        match path:
            case "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}authorize",
                    "token_endpoint": f"{self.issuer}token",
                    "userinfo_endpoint": f"{self.issuer}userinfo",
                    "jwks_uri": f"{self.issuer}jwks",
                    "end_session_endpoint": f"{self.issuer}logout",
                    "id_token_signing_alg_values_supported": ["ES256"],
                }
            case "/jwks":
                return 200, KeySet([KEY]).as_dict(private=False)
            case "/userinfo":
                return 200, self.user_info
            case "/token":
                nonce = self.codes.pop(form["code"][0], None)
                if nonce is None:
                    return 400, {"error": "invalid_grant"}
                return 200, {
                    "access_token": "opaque",
                    "token_type": "Bearer",
                    "id_token": self._id_token(nonce),
                }
        return 404, {}

    def log_in(self, url: str) -> str:
        """Let the user log in; return where the provider sends the user back to."""
        asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        self._made += 1
        code = f"code-{self._made}"
        self.codes[code] = asked["nonce"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
        claims = {"sub": "alice", **usual, **self.claims}
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY)


@contextmanager
def providing() -> Iterator[Provider]:
    """Serve a provider until the end of the block."""
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, args=[0.05])
    thread.start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()
    thread.join()
