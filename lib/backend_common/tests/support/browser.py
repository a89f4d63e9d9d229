"""A browser for glewlwyd, whose own pages need JavaScript: it makes the requests that they make."""

import json
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener


class StayHere(HTTPRedirectHandler):
    """Leaves redirects to whoever asked."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Somebody with a name and a password at a provider."""

    def __init__(self, issuer: str, client_id: str, name: str, password: str) -> None:
        self._base = issuer.partition("/api/")[0]
        self._client_id = client_id
        self._credentials = {"username": name, "password": password}
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), StayHere)

    def log_in(self, url: str) -> str:
        """Follow an authorization request; return where the provider sends the user back to."""
        page = self.follow(url)
        self._send("POST", "/api/auth/", self._credentials)
        self._send("PUT", f"/api/auth/grant/{self._client_id}", {"scope": "openid"})
        (back,) = parse_qs(urlsplit(page).query)["callback_url"]
        return self.follow(f"{back}&g_continue")

    def follow(self, url: str) -> str:
        """Return where *url* redirects to."""
        try:
            response = self._opener.open(url, timeout=30)
        except HTTPError as error:
            response = error
        with response:
            location = response.headers["Location"]
            assert location, f"{url} answers {response.status}, and redirects nowhere"
            return str(location)

    def _send(self, method: str, path: str, body: dict[str, str]) -> None:
        headers = {"Content-Type": "application/json"}
        request = Request(self._base + path, json.dumps(body).encode(), headers, method=method)
        self._opener.open(request, timeout=30).close()
