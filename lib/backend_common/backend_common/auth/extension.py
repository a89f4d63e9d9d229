"""What ``app.auth`` is."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from uuid import uuid4

import flask
from werkzeug.exceptions import ServiceUnavailable, Unauthorized

from backend_common.auth import (
    challenge,
    delegation,
    jwks,
    keys,
    opaque,
    permissions,
    query,
    revocations,
    rotation,
)
from backend_common.auth.bearer import ACCESS_TOKEN, PLAIN_JWT, Trust, Verifier
from backend_common.auth.challenge import InvalidTokenError
from backend_common.auth.config import Config
from backend_common.auth.keys import OwnKeys
from backend_common.auth.register import Register
from backend_common.auth.revocations import Revocations
from backend_common.auth.tokens import PREFIX, ApiTokens
from backend_common.auth.user import NOBODY, User, is_name, name_of
from backend_common.core.app import Application, current_app, current_request
from backend_common.core.health import Unhealthy
from backend_common.core.settings import SettingError

if TYPE_CHECKING:
    from joserfc.jwk import KeySetSerialization

P = ParamSpec("P")
T = TypeVar("T")

Identify = Callable[[], tuple[str, Sequence[str], str | None] | None]

OUTCOME = "backend_common.auth"  # in the WSGI environment, where clients cannot put it
USUAL_LIFE = timedelta(hours=1)
RETRY_AFTER = 5  # seconds, where an issuer does not answer


class Auth:
    """Who calls an application, and what they may do."""

    tokens: ApiTokens
    """The API tokens, opaque and revocable, in the service's own database."""

    def __init__(self, app: Application, config: Config) -> None:
        self._app = app
        self._config = config
        self._issuers = {
            name: jwks.IssuerKeys(name, issuer.keys, config.patience)
            for name, issuer in config.issuers.items()
        }
        self._revocations = {
            name: Revocations(
                name,
                issuer.revoked,
                self._issuers[name].find,
                patience=config.patience,
                interval=config.revoked_interval,
                leeway=config.leeway,
                algorithms=list(config.algorithms),
                warn=app.logger.warning,
            )
            for name, issuer in config.issuers.items()
            if issuer.revoked
        }
        self._trusted = {
            name: Trust(
                name,
                self._issuers[name].find,
                issuer.types,
                issuer.permissions,
                self._revocations[name].require_unrevoked if issuer.revoked else None,
            )
            for name, issuer in config.issuers.items()
        }
        if self.has_keys:
            # NB: a key may not be there yet, so self.keys is not looked at before it is needed.
            self._trusted[config.name] = Trust(
                None,
                lambda key_id: self.keys.find(key_id),  # noqa: PLW0108
                [ACCESS_TOKEN],
                None,
            )
        self._verifier = Verifier(
            self._trusted,
            algorithms=config.algorithms,
            audience=config.audience,
            claim=config.claim,
            leeway=config.leeway,
            warn=app.logger.warning,
        )
        self._query = next(
            (
                query.Query(
                    self._trusted[name],
                    issuer.query,
                    audience=config.audience,
                    timeout=config.query_timeout,
                    lifetime=config.query_lifetime,
                    limit=self._verifier.granted,
                )
                for name, issuer in config.issuers.items()
                if issuer.query
            ),
            None,
        )
        self._register: Register | None = None
        self._directory = (
            rotation.KeyDirectory(app.name, Path(config.key_directory), makes=not app.in_production)
            if config.key_directory
            else None
        )
        self._anybody = User(NOBODY.name, frozenset(config.anybody), "development")
        self._others: list[Identify] = []
        self.tokens = ApiTokens(app, self._issuing_caller)

    def accept(self, identify: Identify) -> None:
        """Ask *identify*, too, who makes a request that has no bearer token.

        :param identify: returns the name and the permissions of a session's user, and the issuer
            that vouches for the user (None for the service itself); or None for nobody.
        """
        self._others.append(identify)

    def keep(self, register: Register, command: str) -> None:
        """Let *register* say which of the service's own tokens are valid.

        It takes the place of :attr:`tokens`, which then keep none.

        :param command: by which operators issue and revoke tokens, such as ``flask tokens``.
        """
        self._register = register
        if own := self._trusted.get(self._config.name):
            checked = replace(own, require_unrevoked=register.require_unrevoked)
            self._trusted[self._config.name] = checked
        self.tokens.leave_to(command)

    def authenticate(self, token: str | None = None) -> User | None:
        """Return who makes the current request, or None for nobody.

        :param token: the token, where it is not in the header ``Authorization``; its user is the
            user of the request from then on.
        :raises Unauthorized: there is a token, and it is not to be trusted.
        :raises ServiceUnavailable: nobody can tell, since its issuer does not answer: its keys, its
            list of revoked tokens, or what an opaque token is.
        """
        # NB: not in flask.g, which outlives a request where a test pushed an application context.
        outcome = flask.request.environ.get(OUTCOME)
        if outcome is None or token is not None:
            try:
                outcome = self._identify() if token is None else self._bearer(token)
            except Unauthorized as error:
                outcome = error
            flask.request.environ[OUTCOME] = outcome
        if isinstance(outcome, Unauthorized):
            raise outcome
        return None if outcome is NOBODY else outcome

    def require(self, needed: Any) -> User:
        """Return who makes the current request, if they have the permissions *needed*.

        :param needed: a list is one role, which has all of these permissions; a list of lists is
            several roles, any of which will do; an empty list is for everybody who is known.
        :raises Unauthorized: it is nobody, or as :meth:`authenticate`.
        :raises Forbidden: the user lacks a permission.
        :raises ValueError: *needed* is neither.
        """
        roles = permissions.roles(needed)
        user = self.authenticate()
        if user is not None and any(map(user.has, roles)):
            return user
        if user is None or user.method == "development":
            raise challenge.missing(self._app.name)
        raise challenge.insufficient(self._app.name, roles)

    def require_permissions(self, needed: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Decorate a view, which then begins with :meth:`require`."""
        return require_permissions(needed)

    @property
    def current_user(self) -> User:
        """Who makes the current request; ``anonymous``, without permissions, for nobody.

        :raises Unauthorized: as :meth:`authenticate`.
        """
        return self.authenticate() or NOBODY

    @property
    def known_user(self) -> User | None:
        """Who the current request was found to be by, for logs: this finds nothing out."""
        outcome = current_request().environ.get(OUTCOME)
        return outcome if isinstance(outcome, User) and outcome.method else None

    def sign(
        self,
        name: str,
        granted: Sequence[str],
        expires: datetime | timedelta | None = None,
        audience: Sequence[str] = (),
        *,
        as_service: bool = False,
        **claims: Any,
    ) -> str:
        """Return a token for the user *name*, signed with the service's own key.

        In a request, the caller issues the token: it carries no permission that the caller neither
        has nor may grant (``<service>/grant/PERMISSION``), and does not outlive the caller's token.

        :param granted: the permissions that it carries.
        :param expires: when it ends, with a time zone, or how long it lasts; by default an hour,
            or less if the caller's token ends before.
        :param audience: the services that it is for; this one, if none is named.
        :param as_service: issue it as the service itself. The caller must not get
            such a token.
        :param claims: more to say in it; ``jti`` is its id, a random one unless it is given.
        :raises ValueError: *name* or *granted* will not do.
        :raises LifeError: it would outlive the token of the caller.
        :raises Forbidden: the caller may not grant these permissions.
        :raises SettingError: there is no key to sign with.
        """
        if not is_name(name) or not permissions.are_permissions(list(granted)):
            message = "a token needs a name (printable text) and permissions such as shop/orders/*"
            raise ValueError(message)
        now = datetime.now(UTC)
        caller = None if as_service else self._issuing_caller()
        delegation.require_permissions(caller, self._app.name, granted)
        end = delegation.end(
            now + expires if isinstance(expires, timedelta) else expires,
            now + USUAL_LIFE,
            delegation.latest_end(caller, delegation.IRREVOCABLE, now),
        )
        assert end is not None, "it has a usual life"
        return self.keys.sign(
            {
                "jti": uuid4().hex,
                **claims,
                "iss": self._config.name,
                "client_id": self._config.name,
                "sub": name,
                "aud": list(audience) or [self._config.audience],
                "iat": int(now.timestamp()),
                "exp": int(end.timestamp()),
                "permissions": list(granted),
            }
        )

    def sign_revocations(self, revoked: Sequence[str], made: datetime, lifetime: timedelta) -> str:
        """Return the signed list of the service's revoked tokens, for the services that trust it.

        :param revoked: the ids (``jti``) of the signed tokens that are revoked, and have not ended
            longer than :data:`backend_common.auth.revocations.GRACE` ago.
        :param made: when they were looked up, with a time zone: the beginning of that.
        :param lifetime: how long the list may be used, up to five minutes.
        :raises SettingError: there is no key to sign with.
        """
        said = revocations.claims(self._config.name, list(revoked), made, lifetime)
        return self.keys.sign(said, revocations.TYPE)

    def latest_end(self) -> datetime | None:
        """Return when a token that the caller of the request signs must end; None for no limit.

        :raises Unauthorized: as :meth:`authenticate`.
        """
        now = datetime.now(UTC)
        return delegation.latest_end(self._issuing_caller(), delegation.IRREVOCABLE, now)

    def require_another_audience(self, issuer: str, client_id: str) -> None:
        """Make sure that ID tokens of an issuer cannot pass for access tokens.

        The audience of an ID token is the client that a user logs in to.

        :param client_id: of this service, as a client of the issuer.
        :raises SettingError: it is the audience of access tokens, too, and their type is no help.
        """
        trusted = self._config.issuers.get(issuer)
        if trusted and PLAIN_JWT in trusted.types and client_id == self._config.audience:
            message = (
                f"the setting AUTH_AUDIENCE of {self._app.name!r} is the client id of its logins "
                f"at {issuer}, and AUTH_ISSUERS accepts tokens of type {PLAIN_JWT} from there: an "
                "ID token would pass for an access token; give the service another audience at the "
                f"issuer, or accept {ACCESS_TOKEN} alone"
            )
            raise SettingError(message)

    @property
    def has_keys(self) -> bool:
        """Whether the service has keys of its own: production has only those that it is given."""
        given = self._config.key_files or self._config.key_directory
        return bool(given) or not self._app.in_production

    @property
    def keys(self) -> OwnKeys:
        """The service's own keys; development makes one when it is first needed.

        :raises SettingError: there are none, or they cannot be read or made.
        """
        return self._directory.current() if self._directory else self._fixed_keys

    def rotate(self, keep: timedelta = rotation.KEEP) -> tuple[Path, datetime, list[Path]]:
        """Make a key that signs soon, and remove those that ceased to sign long ago.

        :param keep: for how long a key still verifies: longer than any token lives.
        :return: the new file, when its key begins to sign, and the files that were removed.
        :raises SettingError: the service has no directory of keys, or it cannot be written.
        """
        if self._directory is None:
            message = (
                f"{self._app.name!r} has no directory of keys to rotate: set AUTH_KEY_DIRECTORY, "
                "in place of AUTH_KEY_FILES"
            )
            raise SettingError(message)
        return self._directory.rotate(keep)

    @cached_property
    def _fixed_keys(self) -> OwnKeys:
        """The keys of a service without a directory of them."""
        if self._config.key_files:
            return keys.from_files(self._app.name, self._config.key_files)
        if self.has_keys:
            return keys.in_state(Path(self._app.instance_path))
        message = (
            f"{self._app.name!r} has no key to sign tokens with: set AUTH_KEY_FILES to a file "
            f"with one; {keys.HOW_TO_MAKE_ONE}"
        )
        raise SettingError(message)

    def public_keys(self) -> "KeySetSerialization":
        """Return what verifies the service's own tokens, a JWK Set (RFC 7517); maybe an empty one.

        :raises SettingError: as :attr:`keys`.
        """
        return self.keys.public() if self.has_keys else {"keys": []}

    def check(self) -> None:
        """Check, for the heartbeat, that the keys of all issuers, and their lists, can be had.

        :raises Unhealthy: some cannot.
        """
        if self._directory:
            try:
                empty = not self.public_keys()["keys"]
            except SettingError as error:
                raise Unhealthy("the keys of the service cannot be read") from error
            if empty and self._app.in_production:
                raise Unhealthy("the service has no key to sign tokens with")
        checks = [*self._issuers.values(), *self._revocations.values()]
        with ThreadPoolExecutor() as pool:
            wrong = [reason for reason in pool.map(_reason, checks) if reason]
        if wrong:
            raise Unhealthy("; ".join(wrong))

    def _identify(self) -> User:
        scheme, _, token = flask.request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(token.strip())
        for identify in self._others:
            if known := identify():
                name, granted, issuer = known
                return User(name_of(name, issuer), frozenset(granted), "session", issuer)
        open_ = self._anybody.permissions and not self._app.in_production
        return self._anybody if open_ else NOBODY

    def _issuing_caller(self) -> User | None:
        """Return the caller that issues tokens now; None for the service itself."""
        caller = self.authenticate() if flask.has_request_context() else None
        return caller if caller and caller.is_authenticated else None

    def _opaque(self, token: str) -> User:
        """Return the user of an opaque token that several services accept.

        :raises InvalidTokenError: it is not valid, or no issuer of such tokens is trusted.
        :raises KeysError: its issuer does not say what it is.
        """
        if not opaque.is_whole(token):
            raise InvalidTokenError(query.WRONG_CHECKSUM)
        if self._register:
            return self._register.identify(token)
        if self._query:
            return self._query.identify(token)
        message = "this service trusts no issuer of such tokens"
        raise InvalidTokenError(message)

    def _bearer(self, token: str) -> User:
        try:
            if opaque.is_like(token):
                return self._opaque(token)
            if token.startswith(PREFIX):
                return self.tokens.identify(token)
            return self._verifier.identify(token)
        except InvalidTokenError as error:
            raise challenge.invalid(self._app.name, error) from error
        except jwks.KeysError as error:
            self._app.logger.error("a token cannot be verified: %s", error)
            message = "The issuer of the token does not answer now. Try again later."
            raise ServiceUnavailable(message, retry_after=RETRY_AFTER) from error


def require_permissions(needed: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a view: only who has *needed* calls it.

    It asks the current application, so that modules without one can use it.

    :param needed: as in :meth:`Auth.require`.
    :raises ValueError: *needed* will not do; told when the view is decorated.
    """
    permissions.roles(needed)

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*arguments: P.args, **options: P.kwargs) -> T:
            current_app.auth.require(needed)
            return view(*arguments, **options)

        return guarded

    return decorate


def _reason(fetched: jwks.IssuerKeys | Revocations) -> str | None:
    try:
        fetched.check()
    except jwks.KeysError as error:
        return str(error)
    return None
