"""The head of an answer, and how its body is framed (RFC 9112, section 6)."""

import re
import time
from collections.abc import Sequence
from email.utils import formatdate

Header = tuple[str, str]

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_STATUS = re.compile(r"[1-9][0-9]{2} [\t\x20-\x7e\x80-\xff]*")

# Said by the server alone (RFC 9110, section 7.6.1); PEP 3333 forbids them to the application.
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)


class Head:
    """The status line and the headers of an answer.

    Args:
        status: The status, such as `200 OK`.
        headers: The headers, as the application gives them.

    Attributes:
        length: The length of the body that the headers announce, if they do.
        closes: True if the application closes the connection after the answer.

    Raises:
        ValueError: They would not be one head, but what a client could take for more.
    """

    __slots__ = ("_has_date", "_lines", "_status", "closes", "length")

    def __init__(self, status: str, headers: Sequence[Header]) -> None:
        if not _STATUS.fullmatch(status) or status[0] == "1":
            raise ValueError(f"not the status of an answer: {status!r}")
        self._status = status
        self._has_date = False
        self.length: int | None = None
        self.closes = False
        lines = []
        for name, value in headers:
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise ValueError(f"not a header: {name!r}")  # its value may be secret
            lowered = name.lower()
            if lowered == "content-length":
                if not value.isdigit() or self.length not in (None, int(value)):
                    raise ValueError(f"not one length: {value!r}")
                self.length = int(value)
            elif lowered == "date":
                self._has_date = True
            elif lowered in _HOP_BY_HOP:
                self.closes |= lowered == "connection" and value.lower() == "close"
                continue
            if lowered != "content-length":
                lines.append(f"{name}: {value}\r\n")
        self._lines = lines

    def has_body(self, method: str) -> bool:
        """Tell whether the answer to a request of this method has a body."""
        return method != "HEAD" and self._status[:3] not in ("204", "304")

    def encode(self, chunked: bool, connection: str | None) -> bytes:
        """Return the bytes of the head.

        Args:
            chunked: Whether the body is sent in chunks.
            connection: What the header `Connection` says, if anything.
        """
        lines = ["HTTP/1.1 ", self._status, "\r\n", *self._lines]
        if self.length is not None and not self._status.startswith("204"):
            lines.append(f"Content-Length: {self.length}\r\n")
        if chunked:
            lines.append("Transfer-Encoding: chunked\r\n")
        if not self._has_date:
            lines.append(_date())
        lines.append(f"Connection: {connection}\r\n\r\n" if connection else "\r\n")
        return "".join(lines).encode("latin-1")


def whole(status: str, text: str) -> bytes:
    """Return a whole answer of the server's own, after which the connection ends."""
    body = f"{text}\n".encode()
    head = Head(status, [("Content-Type", "text/plain; charset=utf-8")])
    head.length = len(body)
    return head.encode(chunked=False, connection="close") + body


_dates = (0, "")


def _date() -> str:
    global _dates  # noqa: PLW0603  # made once a second, for all threads
    now = int(time.time())
    made, line = _dates
    if made != now:
        line = f"Date: {formatdate(now, usegmt=True)}\r\n"
        _dates = (now, line)
    return line
