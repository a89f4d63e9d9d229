"""What an application has on top of Flask's."""

from collections.abc import Callable
from functools import partial, update_wrapper, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import create_app
from backend_common.core.app import current_request

Service = Callable[..., Path]


def test_the_current_request_is_the_request_itself(service: Service) -> None:
    service()
    with create_app("shop").test_request_context("/a"):
        assert type(current_request()) is flask.current_app.request_class
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


async def coroutine() -> str:
    return "later"


def marked() -> Any:
    return coroutine()


update_wrapper(marked, coroutine)  # gives it attributes


def test_plain_functions_are_called_as_they_are(service: Service) -> None:
    service()
    app = create_app("shop")
    hooks = Hooks()
    wrapped = wraps(hooks.method)(partial(hooks.method))
    for plain in (hooks.method, hooks, lambda: "here", len, partial(hooks.method), wrapped):
        assert app.ensure_sync(plain) == plain


def test_a_function_with_attributes_is_for_flask_to_decide(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service()
    app = create_app("shop")
    asked: list[object] = []

    def ensure_sync(_: flask.Flask, func: object) -> object:
        asked.append(func)
        return func

    monkeypatch.setattr(flask.Flask, "ensure_sync", ensure_sync)
    app.ensure_sync(marked)
    app.ensure_sync(test_plain_functions_are_called_as_they_are)
    assert asked == [marked]


@pytest.mark.parametrize(
    "later", [coroutine, Hooks().later, partial(coroutine)], ids=["function", "method", "partial"]
)
def test_async_functions_are_run(service: Service, later: Any) -> None:
    service()
    app = create_app("shop")
    if find_spec("asgiref"):
        assert app.ensure_sync(later)() == "later"
    else:
        with pytest.raises(RuntimeError, match="'async' extra"):
            app.ensure_sync(later)
