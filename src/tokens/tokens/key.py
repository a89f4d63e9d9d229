"""The key that signs tokens."""

from pathlib import Path
from typing import Final

from backend_common import App, SettingError
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

CURVE: Final = "Ed25519"
HOW_TO_MAKE_ONE = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"


def load(app: App) -> OKPKey:
    """Return the private key in the file that the setting ``TOKENS_KEY_FILE`` names.

    Without the setting, development gets a key that lasts as long as the process.

    :raises SettingError: there is no such file, it is no such key, or production has no setting.
    """
    file = app.config.get("TOKENS_KEY_FILE")
    if file:
        return _read(Path(file))
    if app.in_production:
        message = (
            "the setting TOKENS_KEY_FILE of 'tokens' is missing, and production needs a key "
            f"that lasts: name a file with an {CURVE} private key in PEM; {HOW_TO_MAKE_ONE}"
        )
        raise SettingError(message)
    app.log.warning(
        "tokens.key.ephemeral", consequence="a restart ends every token", fix="set TOKENS_KEY_FILE"
    )
    return OKPKey.generate_key(CURVE)


def _read(file: Path) -> OKPKey:
    wrong = f"the setting TOKENS_KEY_FILE of 'tokens' is wrong: {file}"
    try:
        key = OKPKey.import_key(file.read_bytes())
    except OSError as error:
        message = f"{wrong} cannot be read: {error.strerror}; {HOW_TO_MAKE_ONE}"
        raise SettingError(message) from error
    except (JoseError, TypeError, ValueError):
        # NB: the reason may quote the key, so it is not told, and not chained.
        message = f"{wrong} is not a private key in PEM; {HOW_TO_MAKE_ONE}"
        raise SettingError(message) from None
    if key.curve_name != CURVE or not key.is_private:
        message = f"{wrong} is not an {CURVE} private key; {HOW_TO_MAKE_ONE}"
        raise SettingError(message)
    return key
