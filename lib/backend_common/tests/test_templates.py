import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

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


# Static files.


@pytest.fixture
def shop(service: Service) -> Path:
    """The package of a service with static files."""
    style = "body { background: url(img/shop.png) }"
    files = {"shop/static/shop.css": style, "shop/static/img/shop.png": "PNG"}
    return service({"shop/templates/page.html": "", **files}) / "shop"


@pytest.fixture
def pages(shop: Path) -> App:
    assert shop.is_dir()
    return create_app("shop", extensions=["templates"])


def url(app: App, filename: str, **values: Any) -> str:
    with app.test_request_context():
        return flask.url_for("static", filename=filename, **values)


def test_a_file_is_kept_for_good(pages: App) -> None:
    response = pages.test_client().get(url(pages, "shop.css"), buffered=True)
    assert (response.status_code, response.mimetype) == (200, "text/css")
    policy = set(response.headers["Cache-Control"].split(", "))
    assert policy == {"public", "immutable", "max-age=31536000"}


def test_the_url_has_the_hash_of_the_content(pages: App, shop: Path) -> None:
    digest = hashlib.sha256((shop / "static/shop.css").read_bytes()).hexdigest()
    assert url(pages, "shop.css") == f"/static/{digest[:16]}/shop.css"
    assert url(pages, "shop.css", theme="dark").endswith("/shop.css?theme=dark")


def test_another_content_has_another_url(pages: App, shop: Path) -> None:
    before = url(pages, "shop.css")
    (shop / "static/shop.css").write_text("body { color: red }")
    after = url(pages, "shop.css")
    assert before != after
    response = pages.test_client().get(before)
    assert (response.status_code, response.location) == (302, after)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["img/shop.png", f"{'0' * 16}/img/shop.png"])
def test_a_url_without_the_right_hash_leads_to_it(pages: App, path: str) -> None:
    response = pages.test_client().get(f"/static/{path}")
    assert (response.status_code, response.location) == (302, url(pages, "img/shop.png"))


def test_a_url_relative_to_a_style_sheet(pages: App) -> None:
    sheet = url(pages, "shop.css")
    response = pages.test_client().get(
        urljoin(sheet, "img/shop.png"), follow_redirects=True, buffered=True
    )
    assert response.text == "PNG"


def test_a_directory_that_looks_like_a_hash(pages: App, shop: Path) -> None:
    name = f"{'a' * 16}/shop.css"
    (shop / "static" / name).parent.mkdir()
    (shop / "static" / name).write_text("own")
    for path in (url(pages, name), f"/static/{name}"):
        response = pages.test_client().get(path, follow_redirects=True, buffered=True)
        assert response.text == "own"


@pytest.mark.parametrize(
    "path",
    [
        "missing.css",
        "img",
        "shop.css/",
        "./shop.css",
        "img/../shop.css",
        "../__init__.py",
        "%2e%2e/__init__.py",
        "a" * 300,
        "%00",
    ],
)
@pytest.mark.parametrize("prefix", ["", f"{'0' * 16}/"])
def test_no_such_file(pages: App, path: str, prefix: str) -> None:
    assert pages.test_client().get(f"/static/{prefix}{path}").status_code == 404


def test_a_url_of_no_file(pages: App, shop: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        url(pages, "missing.css")
    assert str(error.value) == (
        f"no static file 'missing.css': put it into {shop / 'static'}, "
        "and list it as package data if the service is installed"
    )


def test_browsers_that_ask_again_get_no_content(pages: App) -> None:
    client = pages.test_client()
    path = url(pages, "shop.css")
    tag = {"If-None-Match": client.get(path, buffered=True).headers["ETag"]}
    assert client.get(path, headers=tag, buffered=True).status_code == 304


def test_other_urls_are_as_they_were(pages: App) -> None:
    with pages.test_request_context():
        assert flask.url_for("heartbeat", filename="a") == "/__heartbeat__?filename=a"


def test_no_static_files(app: App) -> None:
    assert app.test_client().get("/static/shop.css").status_code == 404


def test_no_folder(service: Service) -> None:
    folder = service() / "shop" / "templates"
    with pytest.raises(SettingError) as error:
        create_app("shop", extensions=["templates"])
    assert str(error.value) == (
        f"'shop' asks for the extension 'templates' and has no folder {folder}: "
        "create it, or list it as package data if the service is installed"
    )


def test_production_has_no_pages_without_security(service: Service) -> None:
    service({"shop/templates/page.html": ""})
    with pytest.raises(SettingError) as error:
        create_app("shop", extensions=["templates"], config={"APP_CHANNEL": "production"})
    assert str(error.value) == (
        "'shop' has the extension 'templates' without 'security', and production sends no page "
        "without a content security policy: name both in "
        "create_app('shop', extensions=[..., 'security', 'templates'])"
    )
    pytest.importorskip("flask_talisman", reason="needs the extra security too")
    config = {"APP_CHANNEL": "production", "SECURITY_TRUSTED_HOPS": 0}
    create_app("shop", extensions=["templates", "security"], config=config)
