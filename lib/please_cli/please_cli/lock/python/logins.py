"""Logins in URLs (RFC 3986, section 3.2.1): taken out, put in, and kept out of what is printed."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from pip._internal.utils.misc import split_auth_netloc_from_url
from pip._vendor.requests.utils import get_netrc_auth

from please_cli.errors import UserError

_USERINFO = re.compile(r"://[^/?#\s'\"]*@")
# A password with a slash that is not encoded: no program takes that, but all quote it.
_BROKEN = re.compile(r"://(?:[^\[/?#@\s][^/?#@\s]*)?:[0-9]*[^0-9/?#@\s][^/?#@\s]*[/?#]\S*@")


def split(url: str) -> tuple[str, str, str]:
    """Return a URL without its login, the name and the password, decoded, "" where it has none."""
    plain, _, (name, password) = split_auth_netloc_from_url(url)
    return plain, name or "", password or ""


def join(url: str, name: str, password: str) -> str:
    """Return a URL with its login, or the URL itself if no login is known."""
    if not name and not password:
        return url
    scheme, _, rest = url.partition("://")
    secret = f":{quote(password, safe='')}" if password else ""
    return f"{scheme}://{quote(name, safe='')}{secret}@{rest}"


def complete(url: str) -> str:
    """Return a URL with the login that pip would take from netrc(5), if it has none itself.

    uv gets the login this way, because the code that uv runs must not find that file. Raises
    UserError for a file that is not text.
    """
    plain, name, password = split(url)
    is_remote = urlsplit(plain).scheme in ("http", "https")
    try:
        if is_remote and not name and not password and (found := get_netrc_auth(plain)):
            name, password = found
    except UnicodeDecodeError:
        # Without what it quotes of the file.
        raise UserError("~/.netrc, or the file in NETRC, is not UTF-8; convert it") from None
    return join(plain, name, password)


def secrets(url: str) -> set[str]:
    """Return what nobody may see of a URL's login, decoded and as the URL has it.

    A name without a password is a token.
    """
    _, name, password = split(url)
    found = {password or name}
    if match := _USERINFO.search(url):
        raw_name, _, raw_password = match[0][3:-1].partition(":")
        found.add(raw_password or raw_name)
    return {form for text in found if text for form in (text, quote(text), quote(text, safe=""))}


def redact(text: str, hidden: Iterable[str] = ()) -> str:
    """Return a text without the logins of its URLs, and without some secrets."""
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, "****")
    return _BROKEN.sub("://****@", _USERINFO.sub("://****@", text))
