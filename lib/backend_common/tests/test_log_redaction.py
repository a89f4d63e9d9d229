"""What is a secret in a text, and what is not."""

import pytest
from backend_common.log.redaction import redact
from backend_common.log.values import clean

FOUND = {
    # As people write it.
    "password: hunter2": "password: [redacted]",
    "Password : hunter2, user: a": "Password : [redacted], user: a",
    "the secret: swordfish": "the secret: [redacted]",
    "token: 0123456789abcdef": "token: [redacted]",
    "access_token: hunter": "access_token: [redacted]",
    "api-key: hunter2": "api-key: [redacted]",
    "MAIL_PASSWORD=hunter2": "MAIL_PASSWORD=[redacted]",
    "psql --password hunter2 -h db": "psql --password [redacted] -h db",
    "('psql','--password hunter2')": "('psql','--password [redacted]",
    "mysql --db-password=hunter2": "mysql --db-password=[redacted]",
    "a => b, password => 'hunter2'": "a => b, password => '[redacted]'",
    # YAML and JSON, also inside of each other.
    "user: a\npassword: hunter2\nhost: b": "user: a\npassword: [redacted]\nhost: b",
    '{"password": "hunter2", "a": 1}': '{"password": "[redacted]", "a": 1}',
    '{"password":"hunter2 and more"}': '{"password":"[redacted]"}',
    r'{"password": "hunter2 \" more", "a": 1}': '{"password": "[redacted]", "a": 1}',
    r'{"password": "hunter2\\", "a": 1}': '{"password": "[redacted]", "a": 1}',
    '{"pin": 1, "password": 1234}': '{"pin": 1, "password": [redacted]}',
    r'"{\"password\": \"hunter2\", \"a\": 1}"': r'"{\"password\": \"[redacted]\", \"a\": 1}"',
    r'"{\"password\":\"hunter2\"}"': r'"{\"password\":\"[redacted]\"}"',
    r'"{\"password\": \"hun\\\"ter2\", \"a\": 1}"': r'"{\"password\": \"[redacted]\", \"a\": 1}"',
    r"{\\\"password\\\": \\\"hunter2\\\"}": r"{\\\"password\\\": \\\"[redacted]\\\"}",
    # Python.
    "{'password': 'hunter2'}": "{'password': '[redacted]'}",
    "[('Authorization', 'Basic hunter2')]": "[('Authorization', '[redacted]')]",
    "[(b'cookie', b'a=hunter2')]": "[(b'cookie', b'[redacted]')]",
    "User(name='a', password='hunter2 b')": "User(name='a', password='[redacted]')",
    "{'password': 'hunter2": "{'password': '[redacted]",
    # Headers.
    "Authorization: Bearer hunter2": "Authorization: [redacted]",
    "authorization: Digest username=a, response=b": "authorization: [redacted]",
    "GET /\r\nCookie: a=b; c=d\r\nHost: x": "GET /\r\nCookie: [redacted]\r\nHost: x",
    "curl -H 'Authorization: token hunter2' x": "curl -H 'Authorization: [redacted]' x",
    r'"{\"Authorization\": \"Basic a b\"}"': r'"{\"Authorization\": \"[redacted]\"}"',
    "Proxy-Authorization: Basic aHVudGVyMg==": "Proxy-Authorization: [redacted]",
    "sent Bearer hunter2hunter2": "sent Bearer [redacted]",
    # URLs.
    "https://a:hunter2@host/x": "https://[redacted]@host/x",
    "postgresql://a:hun/ter2@host/x": "postgresql://[redacted]@host/x",
    "amqp://a:hun#ter2@host": "amqp://[redacted]@host",
    "https://hunter2@sentry.example.org/1": "https://[redacted]@sentry.example.org/1",
    "/x?a=1&access_token=hunter2&b=2": "/x?a=1&access_token=[redacted]&b=2",
    "/x?X-Amz-Signature=hunter2&b=2": "/x?X-Amz-Signature=[redacted]&b=2",
    "/login?next=%2Fx%3Ftoken%3Dhunter2": "/login?next=%2Fx%3Ftoken%3D[redacted]",
    # Tokens.
    "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln": "[redacted]",
    "/reset/x-eyJhbGciOiJub25lIn0.eyJhIjoxfQ.": "/reset/x-[redacted]",
    "a.b.eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln": "a.b.[redacted]",
    "sat_" + "a" * 20: "[redacted]",
    # Other names, and other notations.
    "DB_PASS=hunter2": "DB_PASS=[redacted]",
    "password1=hunter2&password2=hunter3": "password1=[redacted]&password2=[redacted]",
    "password_hash: $2b$12$abc": "password_hash: [redacted]",
    "{'password_confirmation': 'hunter2'}": "{'password_confirmation': '[redacted]'}",
    "PHPSESSID=hunter2": "PHPSESSID=[redacted]",
    '{"sessionId": "hunter2"}': '{"sessionId": "[redacted]"}',
    "totp=123456": "totp=[redacted]",
    "X-CSRF: hunter2": "X-CSRF: [redacted]",
    "AccountName=a;AccountKey=aGk=;x": "AccountName=a;AccountKey=[redacted];x",
    "a bearer hunter2hunter2 was sent": "a bearer [redacted] was sent",
    "/callback?state=a&code=hunter2hunter2": "/callback?state=a&code=[redacted]",
    "/blob?sv=1&sig=hunter2%2Bhunter2&x": "/blob?sv=1&sig=[redacted]&x",
    "<a><password>hunter2</password></a>": "<a><password>[redacted]</password></a>",
    "<wsse:Password>hunter 2</wsse:Password>": "<wsse:Password>[redacted]</wsse:Password>",
    "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- a": (
        "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY----- a"
    ),
    r"-----BEGIN RSA PRIVATE KEY-----\nMII": "-----BEGIN RSA PRIVATE KEY-----[redacted]",
}

KEPT = [
    "the token: it has expired",
    "https://example.org/a?b=c@d",
    "https://example.org:8080/a@b",
    "https://[::1]:8080/a@b",
    "http://localhost:80",
    "mail a@example.org: hello",
    "password reset for alice",
    "the password, 'x', is wrong",
    "password=",
    "password: ",
    "a Basic course",
    "eyJhbGciOiJub25lIn0.one-dot",
    "sat_short",
    "password_hash_rounds: 12",
    "key: value",
    "tokens: 3",
    "max_tokens=100",
    "bearer authentication is required",
    "/error?code=404",
    "-----BEGIN PUBLIC KEY-----",
    "<passwords/>",
    "bypass=1",
    "compass: north",
    "laptop: 3",
    "<password>",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_secret_is_left_out(text: str) -> None:
    assert redact(text) == FOUND[text]
    assert clean({"value": text}) == {"value": FOUND[text]}


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_names_of_secrets() -> None:
    names = ["password", "X-API-Key", "sessionToken", "access_key", "Set-Cookie", b"cookie", "pwd"]
    names += ["db_pass", "password2", "session_id", "secrets", "csrf", "PASSWORD_HASH"]
    names += ["x" * 100_000 + "password"]
    found = clean({"all": dict.fromkeys(names, "hunter2")})["all"]
    assert set(found.values()) == {"[redacted]"}
    kept = {"token_id": 1, "passwords_tried": 2, "is_secret": False, "keyboard": 3}
    assert clean(kept) == {
        "token_id": 1,
        "passwords_tried": 2,
        "is_secret": "[redacted]",
        "keyboard": 3,
    }


def test_a_secret_at_a_cut_is_found() -> None:
    for before in range(16_384 - 40, 16_384):
        text = "x" * before + " https://alice:hunter2@host/ password=hunter2 " + "x" * 2000
        assert "hunter2" not in clean({"event": text})["event"]
        assert "hunt" not in clean({"event": text})["event"]
