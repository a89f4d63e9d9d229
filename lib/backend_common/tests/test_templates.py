from collections.abc import Callable
from pathlib import Path

import flask
import jinja2
import pytest
from backend_common import App, SettingError, create_app

Service = Callable[..., Path]


@pytest.fixture
def app(service: Service) -> App:
    service(
        {
            "shop/templates/page.html": "<p>{{ name }}</p>",
            "shop/templates/page.unknown": "<p>{{ name }}</p>",
            "shop/templates/mail.txt": "Dear {{ name }}",
        }
    )
    return create_app("shop", extensions=["templates"])


@pytest.mark.parametrize("template", ["page.html", "page.unknown"])
def test_values_are_escaped(app: App, template: str) -> None:
    assert app.templates.render(template, name="<b>") == "<p>&lt;b&gt;</p>"


def test_plain_text_is_not_escaped(app: App) -> None:
    assert app.templates.render("mail.txt", name="<b>") == "Dear <b>"


def test_what_is_undefined_fails(app: App) -> None:
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        app.templates.render("page.html")


def test_a_nonce_where_there_is_no_policy(app: App) -> None:
    with app.test_request_context():
        assert flask.render_template_string("<script nonce='{{ csp_nonce() }}'>") == (
            "<script nonce=''>"
        )


def test_templates_are_strict_with_security_too(service: Service) -> None:
    pytest.importorskip("flask_talisman", reason="needs the extra security too")
    service(
        {
            "shop/templates/page.html": "{{ csp_nonce() }}",
            "shop/templates/page.unknown": "<p>{{ name }}</p>",
        }
    )
    app = create_app("shop", extensions=["security", "templates"])
    app.add_url_rule("/", "page", lambda: app.templates.render("page.html"))
    response = app.test_client().get("/")
    assert f"'nonce-{response.text}'" in response.headers["Content-Security-Policy"]
    assert app.templates.render("page.unknown", name="<b>") == "<p>&lt;b&gt;</p>"
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        app.templates.render("page.unknown")


def test_no_folder(service: Service) -> None:
    folder = service() / "shop" / "templates"
    with pytest.raises(SettingError) as error:
        create_app("shop", extensions=["templates"])
    assert str(error.value) == (
        f"'shop' asks for the extension 'templates' and has no folder {folder}: "
        "create it, or list it as package data if the service is installed"
    )
