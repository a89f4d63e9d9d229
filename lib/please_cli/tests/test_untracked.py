"""Names of files that look like secrets. The tests with git are in tests/please."""

from pathlib import Path

import pytest
from please_cli.untracked import looks_like_a_secret, warnings


@pytest.mark.parametrize(
    "path",
    [
        *("src/a/prod.env", "src/a/.env", "src/a/.env.production", "src/a/auth.pem"),
        *("src/a/AUTH.PEM", "src/a/tls.key", "lib/b/id_rsa", "src/a/.netrc"),
        *("src/a/credentials.json", "src/a/secrets.yml", "src/a/service-account-1.json"),
    ],
)
def test_what_looks_like_a_secret(path: str) -> None:
    assert looks_like_a_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        *("src/a/env.py", "src/a/.env.example", "src/a/.env.default", "lib/b/id_rsa.pub"),
        *("src/a/secrets.py", "src/a/keys.json", "src/pem/a.txt", "src/a/environment"),
        *("src/a/.envrc", "src/a/prod.env.sample"),
    ],
)
def test_what_does_not(path: str) -> None:
    assert not looks_like_a_secret(path)


def test_a_checkout_that_is_not_git_s(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/prod.env").touch()
    assert list(warnings(tmp_path)) == []
