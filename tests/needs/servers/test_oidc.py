"""The OpenID provider knows one client and one user, and signs with a key that it keeps."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from needed import Needs, needing
from needs.errors import NeedsError
from needs.servers.oidc import Administrator

pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def needs() -> Iterator[Needs]:
    with needing("oidc") as command:
        command("start")
        yield command


def get(url: str) -> Any:
    """Return what a page says."""
    with urllib.request.urlopen(url, timeout=60) as response:
        return json.loads(response.read())


def test_it_is_found_by_discovery(needs: Needs) -> None:
    issuer = needs.variables()["AUTH0_ISSUER"]
    found = get(f"{issuer}/.well-known/openid-configuration")
    assert found["issuer"] == issuer
    assert found["code_challenge_methods_supported"] == ["S256"]
    (key,) = get(found["jwks_uri"])["keys"]
    assert (key["kty"], key["alg"]) == ("RSA", "RS256")
    assert "d" not in key


def test_its_key_and_address_are_kept(needs: Needs) -> None:
    before = needs.variables()
    keys = get(f"{before['AUTH0_ISSUER']}/jwks")
    needs("kill")
    needs("start")
    assert needs.variables() == before
    assert get(f"{before['AUTH0_ISSUER']}/jwks") == keys


def test_the_user_logs_in(needs: Needs) -> None:
    told = needs.variables()
    session = Administrator(told["AUTH0_ISSUER"].removesuffix("/api/oidc"))
    password = told["AUTH0_TEST_PASSWORD"]
    session("POST", "auth", username=told["AUTH0_TEST_USER"], password=password)
    for user, guess in ((told["AUTH0_TEST_USER"], "wonderland"), ("admin", "password")):
        with pytest.raises(NeedsError, match="glewlwyd refused POST auth: HTTP Error 401"):
            session("POST", "auth", username=user, password=guess)


def test_the_page_for_logging_in_is_whole(needs: Needs) -> None:
    url = needs.variables()["AUTH0_ISSUER"].removesuffix("api/oidc")
    for page in ("login.html", "login.js", "css/bootstrap.min.css", "config.json"):
        with urllib.request.urlopen(url + page, timeout=60) as response:
            assert response.status == 200
