import flask


def test_what_servers_load(monkeypatch, tmp_path):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    from treestatus.flask import app  # noqa: PLC0415  it makes the application

    assert isinstance(app, flask.Flask)
    assert app.name == "treestatus"


def test_settings_come_from_the_environment(app, database_url):
    assert app.config["DATABASE_URL"] == database_url
