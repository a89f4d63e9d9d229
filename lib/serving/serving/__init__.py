"""Serves a WSGI application over HTTP/1.1, where a slow client costs one connection.

A library that adds to it, such as its own logging, calls :func:`serving.command.main` with a
function that returns a :class:`Served`.
"""

from serving.errors import ServingError
from serving.limits import LimitError, Limits
from serving.served import Served, Wsgi

__all__ = ["LimitError", "Limits", "Served", "ServingError", "Wsgi"]
