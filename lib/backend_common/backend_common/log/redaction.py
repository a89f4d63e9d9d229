"""No secrets in a text: what is named like one, and what looks like one, is left out.

This is a net below the rule, which is not to log secrets: a secret in the middle of a sentence is
found if it looks like one, or is a setting (known.py).

NB: clients write a part of what is logged, so each step takes time in proportion to the text. A
repetition in a pattern either is bounded, or is tried at no more than one place of what it repeats.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

REDACTED = "[redacted]"

# The end of a name: access_token, X-Api-Key, Set-Cookie, DATABASE_PASSWORD.
_SECRET = (
    "authorization|cookies?|credentials?|dsn|passcode|passphrase|passwd|password|pwd|secret"
    "|signature|token|(?:access|account|api|master|private|secret|signing)[-_]?key"
    r"|csrf|xsrf|otp|sess(?:ion)?[-_]?id|(?<=[-_])pass|passwords|secrets"
    r"|password[-_]?(?:again|confirm(?:ation)?|digest|hash|repeat|\d)"
)
_NAME = re.compile(rf"(?:{_SECRET})\Z", re.IGNORECASE)
LONGEST_NAME = 64  # characters from the end that are looked at

# A name, and what stands between it and its value: password=, 'password': ', \"password\": \".
_NAMED = re.compile(
    rf"(?P<name>{_SECRET})"
    r"(?P<closed>\\*['\"])?"
    r"\s{0,8}(?P<separator>[:=]>?|,|%3D)\s{0,8}"
    r"(?:b?(?P<opened>\\*['\"]))?",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"(\\*)(['\"])")
_HEADER = re.compile(r"authorization|cookie", re.IGNORECASE)
_REST_OF_HEADER = re.compile(r"[^'\"\r\n]*")
_WORD = re.compile(r"[^\s'\"&;,]*")
_WORD_OF_JSON = re.compile(r"[^\s'\"&;,)\]}]*")
_LIKE_A_TOKEN = re.compile(r"(?=[^\s\d]{0,256}\d)\S{8}")

_PREFIX_OF_API_TOKEN = "sat_"

_PATTERNS = [
    # https://user:password@host; the key of a DSN is the user.
    (re.compile(r"(?<=://)[^\s/?#\"'<>]*@"), f"{REDACTED}@"),
    # The same with a slash in the password, which should be written %2F; 8080/ is a port.
    (
        re.compile(r"(?<=://)[^\s/:@?#\[]{0,256}:(?!\d{1,5}[/?#\s])[^\s\"'<>]{0,256}@"),
        f"{REDACTED}@",
    ),
    (re.compile(r"\b(Bearer|Basic) {1,8}[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (
        re.compile(r"\b(bearer) {1,8}(?=[^\s\d]{0,256}\d)[a-z0-9._~+/=-]{8,}", re.IGNORECASE),
        rf"\1 {REDACTED}",
    ),
    # OAuth's code and Azure's signature in a URL; ?code=404 is neither.
    (re.compile(r"([?&](?:code|sig)=)[^\s&#'\"]{10,}"), rf"\1{REDACTED}"),
    # <password>hunter2</password>
    (re.compile(rf"(<[\w:-]{{0,64}}(?:{_SECRET})>)[^<]+", re.IGNORECASE), rf"\1{REDACTED}"),
    (
        re.compile(r"(-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----).*?(?=-----END|\Z)", re.DOTALL),
        rf"\1{REDACTED}",
    ),
    # psql --password hunter2; not tried again at each dash of a line of dashes
    (
        re.compile(rf"((?<![\w-])--[\w-]{{0,64}}(?:{_SECRET})\s{{1,8}})\S+", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # An API token of the extension auth.
    (re.compile(rf"\b{_PREFIX_OF_API_TOKEN}[\w-]{{20,}}"), REDACTED),
]

# What may be a JSON Web Token (RFC 7519), or end in one; its header begins with {".
_DOTTED = re.compile(r"(?<![\w.-])[\w.-]{10,}")
_HEADER_OF_JWT = "eyJ"

_END_OF_ELEMENT = "</"  # of XML, which may be one with a secret

# What no pattern matches, as most values are: one look instead of many.
_BETWEEN = "\0"
_PLAIN = re.compile(rf"[\w/.<>{_BETWEEN}-]{{0,512}}")


def are_plain(texts: Sequence[str]) -> bool:
    """Say whether *texts* are short, of letters, digits and ``/.<>-_`` alone, and no secrets.

    One look at all of them is cheaper than one at each.
    """
    text = _BETWEEN.join(texts)
    return (
        _PLAIN.fullmatch(text) is not None
        and text.count(_BETWEEN) < max(len(texts), 1)
        and _HEADER_OF_JWT not in text
        and _PREFIX_OF_API_TOKEN not in text
        and _END_OF_ELEMENT not in text
    )


def is_plain(text: str) -> bool:
    """Say whether :func:`are_plain` holds for one text."""
    return are_plain((text,))


def is_secret(name: str) -> bool:
    """Say whether the value of what has this *name* is a secret."""
    return _NAME.search(name[-LONGEST_NAME:]) is not None


def is_usual_name(name: str) -> bool:
    """Say whether *name* is short and plain, and no secret has it."""
    return len(name) <= LONGEST_NAME and _is_usual_name(name)


@lru_cache(1024)  # the same few names are in every line
def _is_usual_name(name: str) -> bool:
    return is_plain(name) and not is_secret(name)


def redact(text: str) -> str:
    """Return *text* without secrets."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    if _HEADER_OF_JWT in text:
        text = _DOTTED.sub(_without_jwt, text)
    return _without_named(text)


def _without_jwt(match: re.Match[str]) -> str:
    before, header, rest = match[0].partition(_HEADER_OF_JWT)
    return before + REDACTED if rest.count(".") > 1 else before + header + rest


def _without_named(text: str) -> str:
    parts: list[str] = []
    position = 0
    while match := _NAMED.search(text, position):
        end = _end_of_value(text, match)
        parts.append(text[position : match.end()])
        if end > match.end():
            parts.append(REDACTED)
        position = end
    return "".join([*parts, text[position:]]) if parts else text


def _end_of_value(text: str, match: re.Match[str]) -> int:
    """Return where the value ends that begins at the end of *match*, which may be where it begins.

    A value that begins with a quotation mark ends with the same one, or with the text.
    """
    separator, start = match["separator"], match.end()
    is_quoted_name = match["closed"] is not None
    if separator == "," and not (is_quoted_name and match["opened"]):
        return start
    if match["opened"]:
        return _end_of_quoted(text, start, match["opened"])
    if _HEADER.match(match["name"]):
        pattern = _REST_OF_HEADER
    elif is_quoted_name:
        pattern = _WORD_OF_JSON
    elif separator == ":" and _is_word_token(text, match) and not _LIKE_A_TOKEN.match(text, start):
        return start  # "the token: it has expired"
    else:
        pattern = _WORD
    value = pattern.match(text, start)
    return value.end() if value else start


def _is_word_token(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    return match["name"].lower() == "token" and not before.isalnum() and before not in ("-", "_")


def _end_of_quoted(text: str, start: int, opened: str) -> int:
    """Return where the closing quotation mark is, or the backslashes that belong to it.

    JSON inside of JSON has one backslash before its own quotation marks, and three before those in
    a text. A text that is not escaped has an odd number of them before those that belong to it.
    """
    depth, mark = len(opened) - 1, opened[-1]
    for match in _QUOTE.finditer(text, start):
        backslashes = len(match[1])
        closes = backslashes <= depth if depth else backslashes % 2 == 0
        if match[2] == mark and closes:
            return match.end() - 1 - min(backslashes, depth)
    return len(text)
