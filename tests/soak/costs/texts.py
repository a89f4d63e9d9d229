"""Texts in which secrets are searched before they are logged: beginnings of secrets, repeated.

A step that takes time in proportion to the square of the text takes many seconds for one of them.
"""

from collections.abc import Iterator

SIZE = 100_000
"""Characters of a text; `log` cuts longer ones before."""

PIECES = (
    "eyJ",
    "eyJ-",
    "eyJ.",
    "a.eyJ",
    "sat_",
    "sat_-",
    "://",
    "://a:",
    "://a:b/",
    "://a@",
    "@",
    "password",
    "password'",
    'password"',
    "password\\",
    "password ",
    "password: ",
    "password:'",
    'password":"',
    '\\"password\\":\\"',
    "token:",
    "token: ",
    "token: a",
    "password=",
    "password%3D",
    "password,",
    "cookie",
    "cookie:",
    "cookie: ",
    "authorization ",
    "Authorization:\n",
    "Bearer ",
    "Basic  ",
    "Bearer a",
    "--a",
    "--password",
    "--password ",
    "--token\t",
    " ",
    "\n",
    "\\",
    "'",
    "\\'",
    "a",
    "a.",
    "-",
    ".",
    "1",
    "secret_key=>",
    "access-key",
    "bearer ",
    "bearer aaaaaaaa",
    "?code=",
    "&sig=a",
    "<password>",
    "<",
    "<a:",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN A",
    "-----END",
    "password_",
    "_pass",
    "session_id",
)


def texts() -> Iterator[str]:
    """Yield texts."""
    for first in PIECES:
        for piece in (first, f"{first} ", f"{first}'"):
            yield piece * (SIZE // len(piece)) + "\0"
