"""The nonce of a response: the scripts of its page have it (https://www.w3.org/TR/CSP3/).

The extension ``security`` sends it. Code that keeps responses asks here whether one has a nonce: in
two responses, it would allow the scripts of anybody who has seen the first.
"""

from secrets import token_urlsafe
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

KEY = "backend_common.nonce"  # in the WSGI environment
BYTES = 24


def of(environ: "WSGIEnvironment") -> str:
    """Return the nonce of the response to a request, which is made when it is first asked for."""
    nonce = known(environ)
    if nonce is None:
        nonce = environ[KEY] = token_urlsafe(BYTES)
    return nonce


def known(environ: "WSGIEnvironment") -> str | None:
    """Return the nonce of the response to a request, or None if nothing asked for it yet."""
    nonce: str | None = environ.get(KEY)
    return nonce
