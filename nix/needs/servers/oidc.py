"""Glewlwyd, an OpenID provider, with one client and one user for tests."""

import json
import shutil
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from needs.errors import NeedsError
from needs.server import HOST, Server

CLIENT = "services"
USER = "alice"

REDIRECTS = [
    f"http://{host}/auth0/callback"
    for host in ("localhost", "localhost:5000", "localhost:8000", f"{HOST}:5000", f"{HOST}:8000")
]
"""Where the provider sends users back to: where Flask's test client, `flask run` and `please run`
have the extension auth0."""

TIMEOUT = 5.0
"""How long it may take to answer a request, in seconds."""

LIMIT = 60.0
"""How long it may take to start for the first time, in seconds."""

CONFIGURATION = """\
port = {port}
bind_address = "{host}"
external_url = "{url}"
login_url = "login.html"
api_prefix = "api"
static_files_path = "{prefix}/share/glewlwyd/webapp/"
static_files_mime_types = (
  {{ extension = ".css", mime_type = "text/css" }},
  {{ extension = ".html", mime_type = "text/html" }},
  {{ extension = ".js", mime_type = "application/javascript" }},
  {{ extension = ".json", mime_type = "application/json" }}
)
cookie_secure = 0
log_mode = "console"
log_level = "WARNING"
user_module_path = "{prefix}/lib/glewlwyd/user"
client_module_path = "{prefix}/lib/glewlwyd/client"
user_auth_scheme_module_path = "{prefix}/lib/glewlwyd/scheme"
plugin_module_path = "{prefix}/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = {{ type = "sqlite3"; path = "{database}"; }};
"""

# The parameters of the plugin `oidc`, by the names that Glewlwyd's OIDC.md has for them.
PROVIDER = {
    "jwt-type": "rsa",
    "jwt-key-size": "256",
    "jwks-show": True,
    "access-token-duration": 3600,
    "refresh-token-duration": 1209600,
    "code-duration": 600,
    "refresh-token-rolling": True,
    "allow-non-oidc": False,
    "auth-type-code-enabled": True,
    "auth-type-refresh-enabled": True,
    "subject-type": "public",
    "name-claim": "mandatory",
    "email-claim": "mandatory",
    "scope-claim": "mandatory",
    "pkce-allowed": True,
    "pkce-required": True,
    "session-management-allowed": True,
    "session-cookie-name": "OIDC_SID",
    "session-cookie-expiration": 2419200,
}


class OpenIDProvider(Server):
    """A Glewlwyd with a database of its own, whose administrator has the place's secret, too."""

    # A new one is set up on a second port, so that nothing takes it for ready.
    ports = ("main", "preparation")

    def prepare(self) -> None:
        """Make the database, all at once, by Glewlwyd's own interface."""
        place = self.place
        if place.data.is_dir():
            self._configure(place.data, "main")
            return
        new = place.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        self._configure(new, "preparation")
        schema = place.prefix / "share/dbconfig-common/data/glewlwyd/install/sqlite3"
        with closing(sqlite3.connect(new / "database")) as database:
            database.executescript(schema.read_text())
        with self.spawn(self.command(), new) as running:
            try:
                self._await(running)
                self._populate(new)
            finally:
                running.terminate()
        new.rename(place.data)
        self._configure(place.data, "main")

    def command(self) -> Sequence[str]:
        """Return the command of the provider."""
        return [str(self.place.prefix / "bin/glewlwyd"), f"--config-file={self._configuration}"]

    def answers(self) -> bool:
        """Tell whether it says what it offers (OpenID Connect Discovery 1.0)."""
        _get(f"{self._issuer}/.well-known/openid-configuration")
        return True

    def variables(self) -> dict[str, str]:
        """Return who the provider is, and which client and user it knows."""
        return {
            "AUTH0_ISSUER": self._issuer,
            "AUTH0_CLIENT_ID": CLIENT,
            "AUTH0_CLIENT_SECRET": self.place.secret,
            "AUTH0_TEST_USER": USER,
            "AUTH0_TEST_PASSWORD": self.place.secret,
        }

    @property
    def _configuration(self) -> Path:
        return self.place.directory / "glewlwyd.conf"

    def _url(self, port: str = "main") -> str:
        return f"http://{HOST}:{self.place.ports[port]}"

    @property
    def _issuer(self) -> str:
        return f"{self._url()}/api/oidc"

    def _configure(self, data: Path, port: str) -> None:
        self._configuration.write_text(
            CONFIGURATION.format(
                host=HOST,
                port=self.place.ports[port],
                url=self._url(),
                prefix=self.place.prefix,
                database=data / "database",
            )
        )

    def _await(self, running: "subprocess.Popen[bytes]") -> None:
        address = f"{self._url('preparation')}/config"
        limit = time.monotonic() + LIMIT
        while running.poll() is None and time.monotonic() < limit:
            try:
                return _get(address)
            except OSError:
                time.sleep(0.05)
        raise NeedsError(f"glewlwyd did not answer {address} within {LIMIT:.0f} s")

    def _populate(self, new: Path) -> None:
        """Tell a new Glewlwyd what tests need."""
        secret = self.place.secret
        keys = new / "keys.json"
        self.run(
            *[str(self.place.prefix / "bin/rnbyc"), "--jwks", "--generate", "rsa2048"],
            *["--key-id", "tests", "--alg", "RS256"],
            *["--out-file", str(keys), "--out-file-public", str(new / "public.json")],
        )
        call = Administrator(self._url("preparation"))
        # What its schema says.
        call("POST", "auth", username="admin", password="password")
        call("PUT", "profile/password", old_password="password", password=secret)
        call(
            *("POST", "mod/plugin"),
            module="oidc",
            name="oidc",
            display_name="OpenID Connect",
            parameters={**PROVIDER, "iss": self._issuer, "jwks-private": keys.read_text()},
        )
        call(
            *("POST", "user"),
            username=USER,
            name="Alice",
            email=f"{USER}@example.org",
            password=secret,
            scope=["openid", "g_profile"],
            enabled=True,
        )
        call(
            *("POST", "client"),
            client_id=CLIENT,
            name=CLIENT,
            client_secret=secret,
            password=secret,
            confidential=True,
            enabled=True,
            authorization_type=["code", "refresh_token"],
            redirect_uri=REDIRECTS,
            post_logout_redirect_uri="http://localhost/",
            token_endpoint_auth_method=["client_secret_basic", "client_secret_post"],
            scope=["openid"],
        )


def _get(url: str) -> None:
    urllib.request.urlopen(url, timeout=TIMEOUT).close()


class Administrator:
    """A session with Glewlwyd's API, which it keeps in a cookie."""

    def __init__(self, url: str) -> None:
        self._url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def __call__(self, method: str, path: str, **body: Any) -> None:
        """Send a request. Raises NeedsError if it is refused."""
        request = urllib.request.Request(
            f"{self._url}/api/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            self._opener.open(request, timeout=TIMEOUT).close()
        except HTTPError as error:
            answer = error.read().decode(errors="replace")
            raise NeedsError(f"glewlwyd refused {method} {path}: {error}: {answer}") from error
