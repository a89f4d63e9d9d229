import subprocess
import sys
from typing import Any

import flask
import pytest
from backend_common import SettingError

from tokens import create_app


def test_what_servers_load() -> None:
    from tokens.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "tokens"


def test_no_database_is_loaded() -> None:
    code = "import sys, tokens.flask; print({'sqlalchemy', 'flask_sqlalchemy'} & {*sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert result.stdout == "set()\n"


def test_home_is_the_page_of_the_api() -> None:
    response = create_app().test_client().get("/", follow_redirects=True)
    assert response.request.path == "/ui/"
    assert response.status_code == 200
    assert "<title>Tokens</title>" in response.text


@pytest.mark.parametrize("life", [0, -1, "long", 10**12, True])
def test_a_wrong_longest_life(life: Any) -> None:
    with pytest.raises(SettingError, match="TOKENS_LONGEST_LIFE of 'tokens' is wrong: expected a"):
        create_app({"TOKENS_LONGEST_LIFE": life})
