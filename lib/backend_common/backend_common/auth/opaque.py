"""Opaque tokens that several services accept: random, with a checksum, and a kind to know them by.

A token is a prefix, random letters and digits, and a checksum over both. Text that merely looks
like a token fails the checksum, so that it costs no request and no query. The checksum is not
secret.
"""

import hashlib
import secrets
import string
import zlib

PERMANENT = "prm"
"""The kind of tokens for services."""

PERSONAL = "usr"
"""The kind of tokens for people."""

PREFIXES = {PERMANENT: "sat_prm_", PERSONAL: "sat_usr_"}
"""The beginnings of tokens, by kind. The log redacts, and scanners find, what begins with sat_."""

_ALPHABET = string.digits + string.ascii_letters
_RANDOM = 40  # characters: 238 bits
_CHECKSUM = 6  # characters: a CRC-32 in base 62

LENGTH = len("sat_prm_") + _RANDOM + _CHECKSUM
"""Of a token, in characters."""


def make(kind: str) -> str:
    """Return a new token.

    :param kind: one of :data:`PREFIXES`.
    """
    body = PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return body + _checksum(body)


def is_like(text: str) -> bool:
    """Return whether *text* has the prefix and the length of an opaque token."""
    return len(text) == LENGTH and text.startswith(tuple(PREFIXES.values()))


def is_whole(text: str) -> bool:
    """Return whether *text* is like an opaque token, and has the right checksum."""
    body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
    return is_like(text) and text.isascii() and _checksum(body) == checksum


def digest(token: str) -> str:
    """Return the hash of a token that is stored in its place.

    A token has 238 random bits: there is nothing to guess, so a fast hash without salt will do.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
