import pytest
from backend_common import App
from click.testing import Result

pytestmark = pytest.mark.own_database


def flask_db(app: App, command: str) -> Result:
    return app.test_cli_runner().invoke(args=["db", command])


def test_the_migrations_make_what_the_models_say(app: App) -> None:
    result = flask_db(app, "check")
    assert result.exit_code == 0, result.output


def test_the_migrations_can_be_taken_back(app: App) -> None:
    assert flask_db(app, "downgrade").output == "took back 0001\n"
    assert app.test_client().get("/revoked").status_code == 503
    assert flask_db(app, "upgrade").output == "applied 0001\n"
    assert app.test_client().get("/revoked").status_code == 200
