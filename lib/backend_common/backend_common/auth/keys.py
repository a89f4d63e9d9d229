"""The service's own keys: the first signs, and what any of them signed is the service's own."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, KeySetSerialization, OKPKey

from backend_common.auth.bearer import ACCESS_TOKEN
from backend_common.core.settings import SettingError

ALGORITHM: Final = "Ed25519"  # RFC 9864
HOW_TO_MAKE_ONE = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
HOW_TO_ROTATE = "make one with: flask --app <service>.flask auth rotate"


class OwnKeys:
    """Signs tokens, and knows those that it signed.

    :param keys: Ed25519 private keys; the first signs, the others are on their way out.
    """

    def __init__(self, keys: Sequence[OKPKey]) -> None:
        self._keys = KeySet(list(keys))

    def sign(self, claims: dict[str, Any], type_: str = ACCESS_TOKEN) -> str:
        """Return a JSON Web Token (RFC 7519) with *claims*.

        :param type_: its header ``typ``; that of an access token (RFC 9068), unless it is another.
        :raises SettingError: there is no key.
        """
        if not self._keys.keys:
            message = f"there is no key to sign tokens with: {HOW_TO_ROTATE}"
            raise SettingError(message)
        key = self._keys.keys[0]
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": type_}
        return jwt.encode(header, claims, key, [ALGORITHM])

    def read(self, token: str) -> dict[str, Any]:
        """Return the claims of an access token that one of the keys signed; it may be expired.

        :raises ValueError: none of the keys signed it, or it is another kind of token.
        """
        try:
            decoded = jwt.decode(token, self._keys, [ALGORITHM])
        except (JoseError, ValueError) as error:
            message = "none of the service's own keys signed this"
            raise ValueError(message) from error
        if decoded.header.get("typ") != ACCESS_TOKEN:
            message = "this is not an access token"
            raise ValueError(message)
        return decoded.claims

    def find(self, key_id: str | None) -> Key | None:
        """Return the key *key_id*, or None if there is none like it."""
        return next((key for key in self._keys if key.kid == key_id), None)

    def public(self) -> KeySetSerialization:
        """Return the public keys, a JWK Set (RFC 7517, section 5)."""
        return self._keys.as_dict(private=False, use="sig", alg=ALGORITHM)


def from_files(service: str, files: Sequence[str]) -> OwnKeys:
    """Read *files*, each a private key in PEM.

    :raises SettingError: a file is not there, or is no Ed25519 private key.
    """
    return OwnKeys([read(service, "AUTH_KEY_FILES", Path(file)) for file in files])


def in_state(directory: Path) -> OwnKeys:
    """Read the key in *directory*, and make it first if there is none.

    :raises SettingError: the directory cannot be written.
    """
    file = directory / "auth.pem"
    try:
        if not file.exists():
            make(file)
        return OwnKeys([OKPKey.import_key(file.read_bytes())])
    except OSError as error:
        message = (
            f"cannot keep the key that signs tokens in {directory}: {error.strerror}; "
            "set STATE_DIRECTORY to a directory that can be written, or AUTH_KEY_FILES"
        )
        raise SettingError(message) from error


def make(file: Path) -> None:
    """Make a key, which its owner alone can read; leave one that is there.

    :raises OSError: the file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name) as draft:  # mode 0600
        draft.write(OKPKey.generate_key(ALGORITHM).as_pem(private=True))
        draft.flush()
        try:
            # NB: unlike a replacement, a link leaves the key that another worker made meanwhile.
            os.link(draft.name, file)
        except FileExistsError:
            return


def read(service: str, setting: str, file: Path) -> OKPKey:
    """Read one private key in PEM.

    :param setting: the key of the setting that leads to the file.
    :raises SettingError: it is not there, or is no Ed25519 private key.
    """
    wrong = f"the setting {setting} of {service!r} is wrong: {file}"
    try:
        key = OKPKey.import_key(file.read_bytes())
    except OSError as error:
        message = f"{wrong} cannot be read: {error.strerror}; {HOW_TO_MAKE_ONE}"
        raise SettingError(message) from error
    except (JoseError, TypeError, ValueError):
        # NB: the reason may quote the key, so it is not told, and not chained.
        message = f"{wrong} is not a private key in PEM; {HOW_TO_MAKE_ONE}"
        raise SettingError(message) from None
    if key.curve_name != ALGORITHM or not key.is_private:
        message = f"{wrong} is not an {ALGORITHM} private key; {HOW_TO_MAKE_ONE}"
        raise SettingError(message)
    return key
