"""Bearer tokens that somebody signed: JSON Web Tokens (RFC 7519), verified by their issuer's keys.

The checks are those of RFC 8725 and RFC 9068: an algorithm out of an explicit list, the key of the
issuer that is named, this service in the audience, and that the token is an access token.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
from backend_common.auth.permissions import is_permission, shared
from backend_common.auth.user import User, is_name, name_of

ALGORITHMS = (
    *("Ed25519", "ES256", "ES384", "ES512"),
    *("PS256", "PS384", "PS512", "RS256", "RS384", "RS512"),
)
"""Those whose keys can be public: with another one, who can verify a token can forge one."""

LONGEST = 16 * 1024
"""The longest token that is read, in characters."""

ACCESS_TOKEN = "at+jwt"
"""The type of access tokens, in the header ``typ`` (RFC 9068, section 2.1)."""

PLAIN_JWT = "JWT"
"""The type that many providers give to access tokens, and to all others."""

TYPES = (ACCESS_TOKEN, PLAIN_JWT)

_OF_OTHER_TOKENS = ("at_hash", "c_hash", "s_hash", "nonce", "events")
"""Claims of ID tokens (OpenID Connect Core 1.0), and of logout tokens and other security events
(RFC 8417)."""

_KINDS = ("typ", "token_type", "token_use")
"""Claims by which some providers tell their tokens apart, such as Keycloak and Cognito."""

_ACCESS = ("access", "access_token", "at+jwt", "bearer", "jwt")
"""Values of these claims in access tokens, in small letters."""

_LATEST = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()

Find = Callable[[str | None], Key | None]


@dataclass(frozen=True)
class Trust:
    """How far the tokens of one issuer are trusted.

    :param name: of the issuer; None for the service itself.
    :param find: returns the key that has an id, or None.
    :param types: types of tokens that are taken for access tokens, out of :data:`TYPES`.
    :param grants: the permissions that the issuer may grant; None for all.
    :param require_unrevoked: raises InvalidTokenError for the claim ``jti`` of a revoked token;
        None where tokens of the issuer cannot be revoked.
    """

    name: str | None
    find: Find
    types: Sequence[str]
    grants: Sequence[str] | None
    require_unrevoked: Callable[[Any], None] | None = None


class Verifier:
    """Finds the user that a signed token stands for.

    :param issuers: how far each issuer is trusted, by the claim ``iss``.
    :param algorithms: the only ones that are accepted, out of :data:`ALGORITHMS`.
    :param claim: the claim that holds the permissions, as a list or between spaces.
    :param leeway: seconds that the clocks of issuer and service may differ.
    :param warn: gets a message for the log.
    """

    def __init__(
        self,
        issuers: Mapping[str, Trust],
        *,
        algorithms: Sequence[str],
        audience: str,
        claim: str,
        leeway: int,
        warn: Callable[[str], None],
    ) -> None:
        self._issuers = issuers
        self._registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
        self._claim = claim
        self._warn = warn
        self._warned: set[str | None] = set()
        self._checks = jwt.JWTClaimsRegistry(
            leeway=leeway,
            iss={"essential": True, "values": list(issuers)},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def identify(self, token: str) -> User:
        """Return the user that *token* stands for.

        :raises InvalidTokenError: it is not to be trusted.
        :raises KeysError: the keys of its issuer cannot be fetched, or which tokens it revoked.
        """
        if len(token) > LONGEST:
            message = "it is too long"
            raise InvalidTokenError(message)
        try:
            decoded = jwt.decode(token, self._key_of, registry=self._registry)
            self._checks.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidTokenError(_reason(error)) from error
        claims = decoded.claims
        trust = self._issuers[claims["iss"]]
        _require_access_token(decoded, trust)
        name = name_of(claims["sub"], trust.name)
        if not is_name(name):
            message = "its subject cannot be the name of a user"
            raise InvalidTokenError(message)
        if trust.require_unrevoked:
            trust.require_unrevoked(claims.get("jti"))
        token_id = claims.get("jti")
        return User(
            name,
            self._permissions(claims, trust),
            "bearer",
            trust.name,
            datetime.fromtimestamp(min(claims["exp"], _LATEST), UTC),
            jti=token_id if isinstance(token_id, str) else None,
            revocable=trust.require_unrevoked is not None,
        )

    def _key_of(self, signature: Any) -> Key:
        """Return the key that should verify the token, whose claims nobody has verified yet."""
        assert isinstance(signature, CompactSignature)
        claims = json.loads(signature.payload, object_pairs_hook=_without_duplicates)
        issuer = claims.get("iss") if isinstance(claims, dict) else None
        trust = self._issuers.get(issuer) if isinstance(issuer, str) else None
        if trust is None:
            message = "its issuer is unknown here"
            raise InvalidTokenError(message)
        key = trust.find(signature.headers().get("kid"))
        if key is None:
            raise InvalidKeyIdError
        return key

    def _permissions(self, claims: Mapping[str, Any], trust: Trust) -> frozenset[str]:
        """Return the permissions in *claims* that the issuer may grant."""
        claim = claims.get(self._claim)
        names = claim.split() if isinstance(claim, str) else claim
        # NB: issuers have scopes of their own, too; text that is not a permission grants nothing.
        claimed = frozenset(filter(is_permission, names) if isinstance(names, list) else ())
        return self.granted(claimed, trust)

    def granted(self, claimed: frozenset[str], trust: Trust) -> frozenset[str]:
        """Return the permissions, out of those *claimed* by a token, that its issuer may grant.

        The log says once for each issuer that some were ignored.
        """
        if trust.grants is None:
            return claimed
        granted = shared(claimed, trust.grants)
        if claimed - granted and trust.name not in self._warned:
            self._warned.add(trust.name)
            self._warn(
                f"a token of the issuer {trust.name} has permissions that this issuer may not "
                f"grant, such as {min(claimed - granted)}: they are ignored; if it may, add them "
                "to its entry in AUTH_ISSUERS, under permissions; this is said once"
            )
        return granted


def _require_access_token(token: jwt.Token, trust: Trust) -> None:
    """Refuse ID tokens, logout tokens and the like, which the issuer signs with the same keys.

    :raises InvalidTokenError: *token* is another kind of token, or proves nothing by itself.
    """
    type_ = token.header.get("typ", PLAIN_JWT)
    plain = str(type_).lower().removeprefix("application/")
    if plain not in map(str.lower, trust.types):
        message = f"its type is not {' or '.join(trust.types)}"
        raise InvalidTokenError(message)
    other = [name for name in _OF_OTHER_TOKENS if name in token.claims]
    other += [
        name
        for name in _KINDS
        if name in token.claims and str(token.claims[name]).lower() not in _ACCESS
    ]
    if other:
        message = f"it is not an access token, by its claim {other[0]}"
        raise InvalidTokenError(message)
    if "cnf" in token.claims:  # RFC 7800: the sender must also prove that it has a key
        message = "it is bound to a key, and not a bearer token, by its claim cnf"
        raise InvalidTokenError(message)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object as a dict; raise ValueError for two values of one name (RFC 8725)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


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
