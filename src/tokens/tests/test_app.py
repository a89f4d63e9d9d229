from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from backend_common import App, SettingError

from tokens import create_app


def test_what_servers_load() -> None:
    from tokens.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "tokens"


def test_home_is_the_page_of_the_api() -> None:
    response = create_app().test_client().get("/", follow_redirects=True)
    assert response.request.path == "/ui/"
    assert response.status_code == 200
    assert "<title>Tokens</title>" in response.text


SETTINGS = ("LONGEST_LIFE", "PERSONAL_LIFE", "PER_USER", "LIST_LIFETIME")


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("value", [0, -1, "long", 10**12, True])
def test_a_wrong_setting(setting: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"TOKENS_{setting} of 'tokens' is wrong: expected a"):
        create_app({f"TOKENS_{setting}": value})


def test_production_begins_with_an_empty_directory_of_keys(
    make_app: Callable[..., App], tmp_path: Path
) -> None:
    config = {"APP_CHANNEL": "production", "AUTH_KEY_DIRECTORY": str(tmp_path / "keys")}
    runner = make_app(config).test_cli_runner()
    for command in (
        ["db", "upgrade"],
        ["auth", "rotate"],
        ["tokens", "issue", "admin", "tokens/*"],
    ):
        done = runner.invoke(args=command)
        assert done.exit_code == 0, done.output
    client = make_app(config).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {done.stdout.strip()}"
    assert client.post("/tokens", json={"permissions": ["shop/read"]}).status_code == 200
