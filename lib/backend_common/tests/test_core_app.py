"""What an application has on top of Flask's."""

from collections.abc import Callable
from pathlib import Path

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
