"""Bearer tokens that somebody signed: JSON Web Tokens (RFC 7519), verified by their issuer's keys.

The checks are those of RFC 8725 and RFC 9068: an algorithm out of an explicit list, the key of the
issuer that is named, and that this service is in the audience.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key
from joserfc.jws import CompactSignature, JWSRegistry

from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.permissions import is_permission
from backend_common.auth.user import User, is_name

ALGORITHMS = (
    *("Ed25519", "ES256", "ES384", "ES512"),
    *("PS256", "PS384", "PS512", "RS256", "RS384", "RS512"),
)
"""Those whose keys can be public: with another one, who can verify a token can forge one."""

LONGEST = 16 * 1024  # characters

Find = Callable[[str | None], Key | None]


class Verifier:
    """Tells who a signed token stands for.

    :param issuers: finds, by the issuer's name and a key's id, the key that verifies.
    :param algorithms: the only ones that will do, out of :data:`ALGORITHMS`.
    :param claim: the claim that holds the permissions, as a list or between spaces.
    :param leeway: seconds that the clocks of issuer and service may differ.
    """

    def __init__(
        self,
        issuers: Mapping[str, Find],
        algorithms: Sequence[str],
        audience: str,
        claim: str,
        leeway: int,
    ) -> None:
        self._issuers = issuers
        self._registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        self._claim = claim
        self._checks = jwt.JWTClaimsRegistry(
            leeway=leeway,
            iss={"essential": True, "values": list(issuers)},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def identify(self, token: str) -> User:
        """Return the user whom *token* stands for.

        :raises InvalidTokenError: it is not to be trusted.
        :raises KeysError: the keys of its issuer cannot be had.
        """
        if len(token) > LONGEST:
            message = "it is too long"
            raise InvalidTokenError(message)
        try:
            claims = jwt.decode(token, self._key_of, registry=self._registry).claims
            self._checks.validate(claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidTokenError(_reason(error)) from error
        if not is_name(claims["sub"]):
            message = "its subject cannot be the name of a user"
            raise InvalidTokenError(message)
        return User(claims["sub"], _permissions(claims.get(self._claim)), "bearer")

    def _key_of(self, signature: Any) -> Key:
        """Return the key that the token, whose claims nobody has verified yet, should be by."""
        assert isinstance(signature, CompactSignature)
        claims = json.loads(signature.payload)
        issuer = claims.get("iss") if isinstance(claims, dict) else None
        find = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if find is None:
            message = "its issuer is unknown here"
            raise InvalidTokenError(message)
        key = find(signature.headers().get("kid"))
        if key is None:
            raise InvalidKeyIdError
        return key


def _permissions(claim: Any) -> frozenset[str]:
    # NB: issuers have scopes of their own, too; what is no permission here grants nothing.
    names = claim.split() if isinstance(claim, str) else claim
    return frozenset(filter(is_permission, names) if isinstance(names, list) else ())


def _reason(error: Exception) -> str:
    match error:
        case ExpiredTokenError():
            return "it has expired"
        case ClaimError():
            return f"its claim {error.claim} is missing or wrong"
        case BadSignatureError():
            return "its signature is wrong"
        case UnsupportedAlgorithmError():
            return "its algorithm is not among those that are allowed"
        case InvalidKeyIdError():
            return "its issuer has no such key"
    return "it cannot be read"
