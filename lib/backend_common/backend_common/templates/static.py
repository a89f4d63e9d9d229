"""Files that browsers keep: ``<service>/static/``, each at a URL that has the hash of its content.

``url_for("static", filename="shop.css")`` is ``/static/<hash>/shop.css``, which is another URL once
the content is another, so that a browser need never ask again (RFC 8246, ``immutable``). A URL with
no hash or the wrong one, such as one relative to a style sheet or one of an earlier release, leads
to the right one: a page that is older or newer than the worker it asks still has its style.
"""

import hashlib
import posixpath
import re
from pathlib import Path
from typing import Any

import flask
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

ENDPOINT = "static"  # Flask's own
YEAR = 365 * 24 * 60 * 60  # seconds; caches keep nothing for longer

_HASHED = re.compile(r"([0-9a-f]{16})/(.+)", re.DOTALL)


class Static:
    """The static files of one application.

    :param folder: where they are; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[str, tuple[tuple[int, int], str]] = {}

    def add_hash(self, endpoint: str, values: dict[str, Any]) -> None:
        """Put the hash into the URL that is made of *values*; Flask calls this for every URL.

        :raises FileNotFoundError: there is no such file.
        """
        if endpoint != ENDPOINT or "filename" not in values:
            return
        name = values["filename"]
        found = self._hash(name)
        if found is None:
            message = (
                f"no static file {name!r}: put it into {self._folder}, and list it as package data "
                "if the service is installed"
            )
            raise FileNotFoundError(message)
        values["filename"] = f"{found}/{name}"

    def serve(self, filename: str) -> Response:
        """Answer with a file: the view of Flask's endpoint ``static``.

        :raises NotFound: there is no such file.
        """
        asked = _HASHED.fullmatch(filename)
        # What only looks like a hash may be a directory of the service's.
        if asked is None or self._hash(filename) is not None:
            given, name = None, filename
        else:
            given, name = asked.groups()
        current = self._hash(name)
        if current is None:
            raise NotFound
        if given != current:
            response = flask.redirect(flask.url_for(ENDPOINT, filename=name))
            response.cache_control.no_store = True
            return response
        file = flask.send_from_directory(self._folder, name, etag=current, max_age=YEAR)
        file.cache_control.public = True
        file.cache_control.no_cache = None
        file.cache_control.immutable = True
        return file

    def _hash(self, name: str) -> str | None:
        """Return the hash of the content of a file, or None if there is no such file."""
        joined = safe_join(str(self._folder), name)
        if joined is None or name != posixpath.normpath(name):
            return None  # one file has one name, and so one hash is kept of it
        path = Path(joined)
        try:
            if not path.is_file():
                return None
        except OSError:
            return None  # a name that is too long, for one
        stat = path.stat()
        version = stat.st_mtime_ns, stat.st_size
        known = self._hashes.get(name)
        if known is None or known[0] != version:
            with path.open("rb") as file:
                known = version, hashlib.file_digest(file, "sha256").hexdigest()[:16]
            self._hashes[name] = known
        return known[1]


def init_app(app: flask.Flask) -> None:
    """Serve the static files of *app* this way, at the URL that Flask has for them."""
    if app.static_folder is None:
        return
    static = Static(Path(app.static_folder))
    app.url_defaults(static.add_hash)
    app.view_functions[ENDPOINT] = static.serve
