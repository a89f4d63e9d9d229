"""The settings of the extension."""

from collections.abc import Mapping, Sequence

from backend_common.auth import fetch, jwks, keys
from backend_common.auth.bearer import ALGORITHMS
from backend_common.auth.issuers import EXAMPLE, FIELDS, Issuer, addresses, are_issuers
from backend_common.auth.issuers import read as read_issuers
from backend_common.auth.permissions import is_permission
from backend_common.auth.user import is_name
from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.core.settings import SettingError

NAME = "printable text of 255 characters at most"


def _are_algorithms(value: Sequence[str]) -> bool:
    return bool(value) and set(value) <= set(ALGORITHMS)


class Config(settings.Table):
    """How an application knows its callers.

    :ivar issuers: the issuers whose tokens it trusts besides its own.
    :ivar patience: how their keys are fetched.
    """

    issuers: Mapping[str, Issuer]
    patience: jwks.Patience

    entries = settings.Object(
        "AUTH_ISSUERS",
        {},
        valid=are_issuers,
        expected="issuers (without #), and for each the URL of its keys or null, or a dict, such "
        f"as {EXAMPLE}, whose fields may be {', '.join(FIELDS)}",
        text="The issuers whose tokens the service trusts, and how far: see below.",
    )
    audience = settings.Text(
        "AUTH_AUDIENCE",
        lambda app: app.name,
        shown="the service's name",
        valid=is_name,
        expected=NAME,
        text="The service as the audience of tokens; tokens for other audiences are refused.",
    )
    algorithms = settings.Items(
        "AUTH_ALGORITHMS",
        ("Ed25519", "ES256", "PS256", "RS256"),
        valid=_are_algorithms,
        expected=f"a list out of {', '.join(ALGORITHMS)}",
        text="The algorithms of signatures; all have keys that can be public.",
    )
    claim = settings.Text(
        "AUTH_CLAIM",
        "permissions",
        valid=is_name,
        expected=NAME,
        text="The claim that has the permissions, as a list or as text with blanks between them.",
    )
    leeway = settings.Whole(
        "AUTH_LEEWAY",
        30,
        unit="seconds",
        at_least=0,
        at_most=300,
        text="How much the clocks of an issuer and of the service may differ.",
    )
    keys_lifetime = settings.Number(
        "AUTH_KEYS_LIFETIME",
        3600.0,
        unit="seconds",
        more_than=0,
        text="How long the keys of an issuer are kept.",
    )
    keys_cooldown = settings.Number(
        "AUTH_KEYS_COOLDOWN",
        30.0,
        unit="seconds",
        more_than=0,
        text="How long keys are not fetched after that failed, or did not find an unknown key.",
    )
    keys_timeout = settings.Number(
        "AUTH_KEYS_TIMEOUT",
        2.5,
        unit="seconds",
        more_than=0,
        text="How long fetching keys may take. Over `HEARTBEAT_TIMEOUT`, the heartbeat is red "
        "while an issuer does not answer.",
    )
    revoked_interval = settings.Number(
        "AUTH_REVOKED_INTERVAL",
        20.0,
        unit="seconds",
        more_than=0,
        text="How old a list of revoked tokens may become before it is fetched again. No list is "
        "used for longer than its issuer says.",
    )
    query_timeout = settings.Number(
        "AUTH_QUERY_TIMEOUT",
        2.5,
        unit="seconds",
        more_than=0,
        text="How long an issuer may take to say what an opaque token is.",
    )
    query_lifetime = settings.Number(
        "AUTH_QUERY_LIFETIME",
        2.0,
        unit="seconds",
        at_least=0,
        at_most=5,
        text="How long what it said is used again, and so how late the service may know that an "
        "opaque token was revoked.",
    )
    name = settings.Text(
        "AUTH_ISSUER",
        lambda app: app.name,
        shown="the service's name",
        valid=is_name,
        expected=NAME,
        text="The service as an issuer of tokens.",
    )
    key_files = settings.Items(
        "AUTH_KEY_FILES",
        (),
        shown="none in production, `auth.pem` in the state directory in development",
        expected="a list of paths",
        text="The service's own keys, Ed25519 private keys in PEM: the first signs. Production "
        "needs these or `AUTH_ISSUERS`.",
    )
    key_directory = settings.Path(
        "AUTH_KEY_DIRECTORY",
        "",
        shown="none",
        text="In place of `AUTH_KEY_FILES`, a directory of keys, which `flask auth rotate` makes.",
    )
    anybody = settings.Items(
        "AUTH_DEVELOPMENT_PERMISSIONS",
        (),
        each=is_permission,
        expected="a list of permissions, such as shop/orders/update or shop/*",
        text="What callers without credentials may do in development; production ignores it.",
    )

    def __init__(self, app: Application) -> None:
        super().__init__(app)
        schemes = ("https",) if app.in_production else fetch.SCHEMES
        for url in addresses(self.entries):
            if not fetch.is_url(url, schemes):
                message = (
                    f"the setting AUTH_ISSUERS of {app.name!r} is wrong: production fetches keys "
                    f"by https alone, and not from {url}; anybody on the way could change them"
                )
                raise SettingError(message)
        self.issuers = read_issuers(self.entries)
        self.patience = jwks.Patience(
            self.keys_lifetime, self.keys_cooldown, self.keys_timeout, schemes
        )
        asked = [name for name, issuer in self.issuers.items() if issuer.query]
        if len(asked) > 1:
            message = (
                f"the setting AUTH_ISSUERS of {app.name!r} is wrong: {' and '.join(asked)} have "
                "the field query, and an opaque token does not say which of them issued it: leave "
                "the field to one of them"
            )
            raise SettingError(message)
        if self.name in self.issuers:
            message = (
                f"the settings AUTH_ISSUER and AUTH_ISSUERS of {app.name!r} do not go together: "
                f"both name {self.name!r}, and tokens of another issuer would pass for the "
                "service's own; change AUTH_ISSUER, or remove the entry"
            )
            raise SettingError(message)
        if self.key_files and self.key_directory:
            message = (
                f"the settings AUTH_KEY_FILES and AUTH_KEY_DIRECTORY of {app.name!r} do not go "
                "together: both say where its keys are; remove one of them"
            )
            raise SettingError(message)
        if app.in_production and not (self.key_files or self.key_directory or self.issuers):
            message = (
                f"the settings AUTH_ISSUERS and AUTH_KEY_FILES of {app.name!r} are missing, and "
                "production needs to know whose tokens to trust: name issuers and where their keys "
                f"are, or a file with a private key of the service's own; {keys.HOW_TO_MAKE_ONE}"
            )
            raise SettingError(message)


SETTINGS = Config.fields()
