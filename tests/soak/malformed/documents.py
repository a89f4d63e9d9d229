"""Requests by Schemathesis: those that documents allow, and those that they forbid."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from backend_common import App
from hypothesis import strategies as st

from .headers import HTTPS
from .properties import base_of

Request = dict[str, Any]
Strategy = st.SearchStrategy[Any]

TOGETHER = 1


def strategies(app: App) -> list[Strategy]:
    """Return two strategies for each operation of `app`: valid requests and invalid ones."""
    # Only here, so that the other requests can be made without it.
    import schemathesis  # type: ignore[import-not-found]  # noqa: PLC0415

    client = app.test_client(use_cookies=False)
    made = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.endswith("/openapi.json"):
            continue
        document = client.get(rule.rule, base_url=HTTPS).get_json()
        url = HTTPS + base_of(document)
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            for mode in schemathesis.GenerationMode:
                cases = found.ok().as_strategy(generation_mode=mode)
                made.append(cases.map(partial(_request, url)))
    return made


def _request(url: str, case: Any) -> Request:
    prepared = requests.Request(**case.as_transport_kwargs(base_url=url)).prepare()
    parts = urlsplit(prepared.url)
    return {
        "path": parts.path,
        "query_string": parts.query,
        "method": prepared.method,
        "headers": dict(prepared.headers),
        "data": prepared.body,
    }
