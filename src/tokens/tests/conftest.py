from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file with a key to sign with."""
    file = tmp_path / "key.pem"
    file.write_bytes(pem(Ed25519PrivateKey.generate()))
    return file


@pytest.fixture
def app_config(key_file: Path) -> dict[str, Any]:
    return {"TOKENS_KEY_FILE": str(key_file), "TOKENS_LONGEST_LIFE": 86400}
