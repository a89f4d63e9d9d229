"""Has 50 MB at each path, made in each of the ways in which an application has them."""

import os
import tempfile
from pathlib import Path

import flask

SIZE = 50_000_000
PIECE = 65536
CONSTANT = b"a" * SIZE
FILE = Path(tempfile.mkdtemp(), "file")
FILE.write_bytes(CONSTANT)

app = flask.Flask("sluggish")
for key, value in os.environ.items():
    if key.startswith("SERVING_"):
        app.config[key] = float(value)


@app.get("/")
def home() -> str:
    """Return a small answer."""
    return "hello"


@app.get("/generated")
def generated() -> flask.Response:
    """Return new pieces, which are made as they are sent."""
    return flask.Response(bytes(PIECE) for _ in range(SIZE // PIECE))


@app.get("/constant")
def constant() -> flask.Response:
    """Return one object, which all answers share."""
    return flask.Response(CONSTANT)


@app.get("/file")
def file() -> flask.Response:
    """Return a file."""
    return flask.send_file(FILE)
