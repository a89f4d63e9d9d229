import pytest
from please_cli.lock.python.logins import join, redact, secrets, split


@pytest.mark.parametrize(
    ("url", "plain", "name", "password"),
    [
        ("https://h/s", "https://h/s", "", ""),
        ("https://user:p%40ss@h:1/s/", "https://h:1/s/", "user", "p@ss"),
        ("https://user@company.example:pass@h/s", "https://h/s", "user@company.example", "pass"),
        ("https://token@h/s", "https://h/s", "token", ""),
        ("https://h/feed@local/s", "https://h/feed@local/s", "", ""),
        ("file:///a@b/simple", "file:///a@b/simple", "", ""),
    ],
)
def test_split_and_join(url: str, plain: str, name: str, password: str) -> None:
    assert split(url) == (plain, name, password)
    assert split(join(plain, name, password)) == (plain, name, password)


def test_secrets_in_every_spelling() -> None:
    assert secrets("https://user:p%40s/s@h/s") == set()  # not a URL that any program takes
    assert secrets("https://user:p%40s%2fs@h/s") >= {"p@s/s", "p%40s%2fs", "p%40s%2Fs"}
    assert secrets("https://token@h/s") == {"token"}
    assert secrets("https://h/s") == set()


def test_redaction() -> None:
    assert redact("https://u:pa/ss@h/s https://u:1a#ss@h") == "https://****@h/s https://****@h"
    said = "failed: https://user:pw@h/s?x@y, then p@ss, 'http://t@h', mail me@h https://h/a@b"
    assert redact(said, {"p@ss"}) == (
        "failed: https://****@h/s?x@y, then ****, 'http://****@h', mail me@h https://h/a@b"
    )
