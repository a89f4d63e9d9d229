import os

import click
import flask
from contest.config import Config


def create_app(config=Config):
    app = flask.Flask(__name__)
    app.config.from_object(config)
    migrations = os.path.join(os.path.dirname(app.root_path), "migrations")

    @app.get("/")
    def index():
        themes = sorted(os.listdir(os.path.join(app.root_path, "themes")))
        return flask.jsonify(
            themes=themes,
            versions=os.listdir(os.path.join(migrations, "versions")),
            packages=[flask.__version__, click.__version__],
        )

    return app
