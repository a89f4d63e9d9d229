"""A service that issues tokens: its signed list, and what it says of opaque tokens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend_common.auth.revocations import TYPE
from issuer import Provider, ec_key, serving, sign
from joserfc.jwk import Key

NAME = "tokens"


class Registry:
    """What an issuer of the name ``tokens`` answers with."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.key = ec_key()
        provider.publish(self.key)
        self.list_()

    def list_(self, *revoked: str, key: Key | None = None, typ: str = TYPE, **more: Any) -> None:
        """Sign the list that is served from now on."""
        now = int(time.time())
        said = {"iss": NAME, "iat": now, "exp": now + 60, "revoked": list(revoked), **more}
        said = {name: value for name, value in said.items() if value is not None}
        self.provider.texts["/revoked"] = sign(key or self.key, said, typ=typ)

    def say(self, **result: Any) -> None:
        """Answer this to questions what a token is."""
        self.provider.answers["/query"] = {"result": result}

    def valid(self, *permissions: str, **more: Any) -> None:
        """Answer that a token is valid, and has these permissions; *more* is in the answer, too."""
        self.say(
            **{
                "status": "valid",
                "typ": "prm",
                "id": "7",
                "user": "robot",
                "permissions": list(permissions),
                "expires": None,
                **more,
            }
        )

    @property
    def entry(self) -> dict[str, Any]:
        """What a service that trusts it has in ``AUTH_ISSUERS``."""
        url = self.provider.url
        fields = {"keys": f"{url}/jwks", "revoked": f"{url}/revoked", "query": f"{url}/query"}
        return {NAME: {**fields, "permissions": ["shop/*"]}}

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return self.provider.asked.count(path)


@contextmanager
def registry() -> Iterator[Registry]:
    """Serve an issuer until the end of the block."""
    with serving() as provider:
        yield Registry(provider)
