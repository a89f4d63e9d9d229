"""The bodies of requests as gunicorn hands them on: one that is cut off or garbled is a 400."""

import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Chunks(io.RawIOBase):
    """A body in chunks (RFC 9112, section 7.1).

    :param body: gunicorn's, which finds out while it is read that the chunks are none.
    """

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read what there is, at most as much as *buffer* takes.

        :raises ClientDisconnected: it is no body in chunks, or not all of one.
        """
        view = memoryview(buffer).cast("B")
        try:
            data: bytes = self._body.read(len(view))
        except (ParseException, OSError) as error:
            raise ClientDisconnected from error
        view[: len(data)] = data
        return len(data)


def checked(wsgi_app: Wsgi) -> Wsgi:
    """Return *wsgi_app*, which does not take a part of a body for all of it."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "CONTENT_LENGTH" in environ:
            # NB: with this, Werkzeug would not compare the length with what there is.
            environ.pop("wsgi.input_terminated", None)
        elif "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = io.BufferedReader(Chunks(environ["wsgi.input"]))
        return wsgi_app(environ, start_response)

    return call
