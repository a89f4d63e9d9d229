import sqlite3

from flask import current_app, g


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
    return g.db


def close_db(error=None):
    if (db := g.pop("db", None)) is not None:
        db.close()


def init_db():
    with current_app.open_resource("schema.sql") as file:
        get_db().executescript(file.read().decode())


def init_app(app):
    app.teardown_appcontext(close_db)
    app.cli.command("init-db")(init_db)
