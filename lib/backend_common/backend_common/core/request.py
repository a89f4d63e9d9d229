"""Requests whose body is whole: one that is too large, cut off or garbled is an error.

Headers that Werkzeug fails on are here, too: a host, a date, and credentials.

Werkzeug returns the first ``MAX_CONTENT_LENGTH`` bytes of a longer body in chunks, an empty body
where a server does not say that a body in chunks ends, and an empty form for a malformed one.
"""

import io
import re
from functools import cached_property, lru_cache
from typing import IO, TYPE_CHECKING, Any, cast

import flask
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    LengthRequired,
    RequestEntityTooLarge,
)
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_date
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIEnvironment


DATES = (
    "HTTP_DATE",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_RANGE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
"""The headers of requests that may have dates, in the WSGI environment."""


_WITH_UNDERSCORE = re.compile(r"[A-Za-z0-9_.-]*_[A-Za-z0-9_.-]*(:[0-9]{1,5})?")


class Request(flask.Request):
    """A request of any WSGI server."""

    def __init__(self, environ: "WSGIEnvironment", *arguments: Any, **options: Any) -> None:
        for key in DATES:
            if key in environ:
                _mask_impossible_date(environ, key)
        super().__init__(environ, *arguments, **options)

    @cached_property
    def authorization(self) -> Authorization | None:
        """The credentials in the header ``Authorization``; None where they cannot be read."""
        try:
            return super().authorization
        except ValueError:  # Base64 with characters that are not ASCII
            return None

    def require_host(self) -> None:
        """Check the header ``Host``, of which URLs are made.

        Without this, :attr:`host` is empty or :attr:`url` fails for what cannot be a host.

        :raises BadRequest: it is not a host, or not one of ``TRUSTED_HOSTS``.
        """
        if "HTTP_HOST" not in self.environ:
            return  # HTTP/1.0: the address of the server stands for it
        host = self.host
        if not host and _WITH_UNDERSCORE.fullmatch(self.environ["HTTP_HOST"]):
            # Werkzeug takes it for no host. Names of containers are so, and browsers accept them.
            self.host = host = self.environ["HTTP_HOST"]
        if not host or not (host.startswith("[") or _has_name(host)):
            raise BadRequest("The header Host is not a host")

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, which is read once.

        Reading it raises ``RequestEntityTooLarge`` as soon as it is longer than
        ``max_content_length``, and ``ClientDisconnected`` where a part of it is missing.

        :raises RequestEntityTooLarge: ``Content-Length`` says that it is too long.
        :raises LengthRequired: the server does not say where a body in chunks ends.
        """
        content: IO[bytes] = self.environ["wsgi.input"]
        length, limit = self.content_length, self.max_content_length
        if length is not None:
            if limit is not None and length > limit:
                raise RequestEntityTooLarge
            return cast("IO[bytes]", LimitedStream(content, length))
        if self.environ.get("wsgi.input_terminated"):
            return io.BufferedReader(_Bounded(content, limit))
        if "HTTP_TRANSFER_ENCODING" in self.environ:
            raise LengthRequired("This server takes no body without a Content-Length")
        return io.BytesIO()

    def make_form_data_parser(self) -> FormDataParser:
        """Return a parser of forms that does not take a malformed form for an empty one."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except ValueError as error:
            raise BadRequest(f"The form is malformed: {error}") from error
        if None in self.__dict__["form"] or None in self.__dict__["files"]:
            raise BadRequest("The form is malformed: a part of it has no name")


@lru_cache(64)  # nearly all requests are for a few hosts
def _has_name(host: str) -> bool:
    """Say whether the name in *host* is one that IDNA can write and read."""
    name = host.partition(":")[0].lower()
    try:
        name.encode("idna")
        if "xn--" in name:
            name.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return True


def _mask_impossible_date(environ: "WSGIEnvironment", key: str) -> None:
    """Replace a date whose numbers are too large for Python by one that is merely wrong.

    A date that is wrong is ignored, and never the same as another (RFC 9110, section 13.1).
    """
    try:
        parse_date(environ[key])
    except OverflowError:
        environ[key] = "invalid"


class _Bounded(io.RawIOBase):
    """A body whose end only the server knows.

    :param content: returns nothing when it has ended.
    :param limit: the most bytes that it may have; None for any number.
    """

    def __init__(self, content: Any, limit: int | None) -> None:
        self._content = content
        self._left = limit

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read up to as many bytes as *buffer* has room for; 0 is the end.

        :raises RequestEntityTooLarge: there is more than the limit.
        :raises ClientDisconnected: the body is cut off, or garbled.
        """
        view = memoryview(buffer).cast("B")
        size = len(view)
        if self._left is not None:
            size = min(size, self._left + 1)  # a byte beyond the limit shows that there is more
        try:
            data = self._content.read(size)
        except HTTPException:
            raise
        except Exception as error:
            raise ClientDisconnected from error
        if self._left is not None:
            if len(data) > self._left:
                raise RequestEntityTooLarge
            self._left -= len(data)
        view[: len(data)] = data
        return len(data)
