from pathlib import Path

import pytest
from backend_common import SettingError
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tokens import create_app

PUBLIC = (
    Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
OTHER = Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_development_gets_a_key_and_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app({"APP_CHANNEL": "development", "TOKENS_KEY_FILE": None})
    response = app.test_client().post("/tokens", json={"permissions": ["a"]})
    assert response.status_code == 200
    assert "tokens.key.ephemeral" in capsys.readouterr().err


def test_production_needs_a_key() -> None:
    with pytest.raises(SettingError) as error:
        create_app({"APP_CHANNEL": "production", "TOKENS_KEY_FILE": None})
    assert str(error.value) == (
        "the setting TOKENS_KEY_FILE of 'tokens' is missing, and production needs a key "
        "that lasts: name a file with an Ed25519 private key in PEM; "
        "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    )


def test_production_with_a_key(key_file: Path) -> None:
    create_app({"APP_CHANNEL": "production", "TOKENS_KEY_FILE": str(key_file)})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"secret", "is not a private key in PEM"),
        (PUBLIC, "is not an Ed25519 private key"),
        (OTHER, "is not an Ed25519 private key"),
    ],
    ids=["missing", "garbage", "public", "other"],
)
def test_a_wrong_key(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "wrong.pem"
    if content:
        file.write_bytes(content)
    with pytest.raises(SettingError) as error:
        create_app({"TOKENS_KEY_FILE": str(file)})
    assert str(error.value) == (
        f"the setting TOKENS_KEY_FILE of 'tokens' is wrong: {file} {reason}; "
        "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    )
