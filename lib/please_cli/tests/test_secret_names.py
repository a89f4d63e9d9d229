"""Names of files that look like secrets."""

import pytest
from please_cli.secret_names import looks_like_a_secret


@pytest.mark.parametrize(
    "path",
    [
        *("src/a/prod.env", "src/a/.env", "src/a/.env.production", "src/a/auth.pem"),
        *("src/a/AUTH.PEM", "src/a/tls.key", "lib/b/id_rsa", "src/a/.netrc", "src/a/_netrc"),
        *("src/a/credentials.json", "src/a/secrets.yml", "src/a/service-account-1.json"),
        *("src/a/gcp-credentials.json", "src/a/client_secret.json", "src/a/client_secret_1.json"),
        *("src/a/my-service-account.json", "src/a/.secrets.toml", "src/a/.secrets"),
        *("src/a/.aws/credentials", "src/a/.kube/config", "src/a/.docker/config.json"),
        *("src/a/deploy_rsa", "src/a/deploy.ed25519", "src/a/id_ed25519_sk", "src/a/x.ppk"),
        *("src/a/.npmrc", "src/a/.git-credentials", "src/a/.my.cnf", "src/a/.dockerconfigjson"),
        *("src/a/AuthKey_1.p8", "src/a/terraform.tfstate", "src/a/prod.tfvars"),
        *("src/a/id_rsa.bak", "src/a/auth.pem.old", "src/a/prod.env.bak", "src/a/.env~"),
        *("src/a/SECRET_KEY", "src/a/secret_key.txt", "src/a/token.json", "src/a/passwords.txt"),
        *("src/a/shop-firebase-adminsdk-x.json", "src/a/vault.kdbx", "src/a/api-key.txt"),
    ],
)
def test_what_looks_like_a_secret(path: str) -> None:
    assert looks_like_a_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        *("src/a/env.py", "src/a/.env.example", "src/a/.env.default", "lib/b/id_rsa.pub"),
        *("src/a/secrets.py", "src/a/keys.json", "src/pem/a.txt", "src/a/environment"),
        *("src/a/.envrc", "src/a/prod.env.sample", "src/a/secrets.example.json"),
        *("src/a/credentials.template.yml", "src/a/tokens.json", "src/a/token.py"),
        *("src/a/config.json", "src/a/config", "src/a/password.html", "src/a/secret.svg"),
        *("src/a/secrets/__init__.py", "src/a/keyboard.json", "src/a/rsa.py", "src/a/bersa"),
        *("src/a/package.json", "src/a/tokenizer.json", "src/a/secretary.txt", "src/a/monkey.txt"),
    ],
)
def test_what_does_not(path: str) -> None:
    assert not looks_like_a_secret(path)
