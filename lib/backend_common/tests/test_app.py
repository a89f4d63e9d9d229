"""What an application has on top of Flask's."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import flask
import pytest
from backend_common import create_app
from backend_common.app import current_request

Service = Callable[..., Path]


def test_the_current_request_is_the_request_itself(service: Service) -> None:
    service()
    with create_app("shop").test_request_context("/a"):
        assert type(current_request()) is flask.Request
        assert current_request().path == "/a"


def test_there_is_no_current_request_outside_of_one() -> None:
    with pytest.raises(RuntimeError, match="outside of request context"):
        current_request()


class Hooks:
    def method(self) -> str:
        return "here"

    async def later(self) -> str:
        return "later"

    __call__ = method


def test_plain_functions_are_called_as_they_are(service: Service) -> None:
    service()
    app = create_app("shop")
    hooks = Hooks()
    for plain in (hooks.method, hooks, lambda: "here", len):
        assert app.ensure_sync(plain) == plain
    assert app.ensure_sync(app.view_functions["version"]) is app.view_functions["version"]


def test_async_functions_are_for_flask(service: Service) -> None:
    service()
    app, later = create_app("shop"), Hooks().later
    if find_spec("asgiref"):
        assert app.ensure_sync(later)() == "later"
    else:
        with pytest.raises(RuntimeError, match="'async' extra"):
            app.ensure_sync(later)
