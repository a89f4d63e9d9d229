"""Who calls a service, and what they may do.

Callers prove who they are by a bearer token (RFC 6750), which an issuer signed that the service
trusts, or which is opaque and kept in its own database; or by a session in the browser, which the
extension ``auth0`` began. A service has keys of its own, and needs no provider.
"""

import flask

from backend_common.auth import commands
from backend_common.auth.config import SETTINGS, Config
from backend_common.auth.delegation import LifeError
from backend_common.auth.extension import Auth, require_permissions
from backend_common.auth.user import NOBODY, User
from backend_common.core import caller, health
from backend_common.core.app import Application

__all__ = ["NOBODY", "SETTINGS", "Auth", "LifeError", "User", "init_app", "require_permissions"]


def init_app(app: Application) -> Auth:
    """Let *app* know its callers.

    ``/__permissions__`` tells callers who they are here and what they may do,
    ``/.well-known/jwks.json`` has the public keys of the service, ``flask auth`` makes tokens.

    :raises SettingError: one is wrong, or production trusts nobody's tokens.
    """
    read = Config(app)
    auth = Auth(app, read)
    if read.key_files:
        auth.keys  # noqa: B018  so that a wrong file is told now

    def show_permissions() -> flask.Response:
        user = auth.current_user
        response = flask.jsonify(
            user_id=user.name if user.is_authenticated else None,
            permissions=sorted(user.permissions),
        )
        response.cache_control.no_store = True
        return response

    def show_keys() -> flask.Response:
        response = flask.jsonify(auth.public_keys())
        response.cache_control.max_age = 300
        return response

    app.add_url_rule("/__permissions__", "permissions", show_permissions)
    app.add_url_rule("/.well-known/jwks.json", "jwks", show_keys)
    app.cli.add_command(commands.group)
    if read.anybody and not app.in_production:
        app.logger.warning(
            "requests without credentials have permissions, as in development only "
            "(AUTH_DEVELOPMENT_PERMISSIONS); set APP_CHANNEL to production to end that"
        )
    if read.issuers or read.key_directory:
        health.add(app, "auth", auth.check)
    caller.provide(app, lambda: user.name if (user := auth.known_user) else None)
    return auth
