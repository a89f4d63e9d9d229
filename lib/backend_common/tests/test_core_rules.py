from collections.abc import Callable
from pathlib import Path

import pytest
from backend_common import App, StartupError, create_app

Service = Callable[..., Path]


@pytest.fixture
def app(service: Service) -> App:
    service()
    return create_app("shop")


def view(endpoint: str) -> Callable[..., str]:
    return lambda **_: endpoint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("/a", ["GET"]), ("/a", ["GET", "POST"])),
        (("/a/<int:b>", ["GET"]), ("/a/<int:c>", ["GET"])),
        (("/a/<b>", ["PUT"]), ("/a/<string>", ["PUT"])),
        (("/a", ["GET"]), ("/a", ["HEAD"])),
        (("/a", ["GET"]), ("/a", ["OPTIONS"])),
    ],
)
def test_a_view_that_would_never_be_called(
    app: App, first: tuple[str, list[str]], second: tuple[str, list[str]]
) -> None:
    app.add_url_rule(first[0], "first", view("first"), methods=first[1])
    with pytest.raises(StartupError) as error:
        app.add_url_rule(second[0], "second", view("second"), methods=second[1])
    method = second[1][0]
    assert str(error.value.message) == (
        f"the view 'second' would never be called: {method} {second[0]} is already the view "
        "'first'; remove one of them, or change its path"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("/a", ["GET"]), ("/a", ["POST"])),
        (("/a", ["HEAD"]), ("/a", ["GET"])),
        (("/a/<b>", ["GET"]), ("/a/<path:b>", ["GET"])),
        (("/a/<b>", ["GET"]), ("/a/b", ["GET"])),
    ],
)
def test_views_side_by_side(
    app: App, first: tuple[str, list[str]], second: tuple[str, list[str]]
) -> None:
    app.add_url_rule(first[0], "first", view("first"), methods=first[1])
    app.add_url_rule(second[0], "second", view("second"), methods=second[1])


def test_a_view_may_be_added_twice(app: App) -> None:
    app.add_url_rule("/a", "it", it := view("it"))
    app.add_url_rule("/a", "it", it)
    assert app.test_client().get("/a").text == "it"


def test_what_is_taken(app: App) -> None:
    app.add_url_rule("/a/<b>", "it", view("it"), methods=["GET", "PUT"])
    assert app.url_map.taken("/a/<c>", ["PUT"]) == "it"
    assert app.url_map.taken("/a/<c>", ["HEAD"]) == "it"
    assert app.url_map.taken("/a/<c>", ["POST"]) is None
    assert app.url_map.taken("/a", ["GET"]) is None
