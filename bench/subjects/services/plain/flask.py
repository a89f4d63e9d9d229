"""The application that the server loads."""

from typing import Any

import flask

app = flask.Flask("plain")


@app.get("/v1/things/<int:count>")
def get_thing(count: int) -> dict[str, Any]:
    """Answer with the parameters."""
    query = flask.request.args
    limit = query.get("limit", 10, int)
    return {"count": count, "limit": limit, "order": query.get("order", "up")}
