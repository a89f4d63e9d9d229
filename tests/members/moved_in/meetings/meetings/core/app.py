from flask import Flask


def create_app(config_override=None):
    app = Flask("meetings")
    app.config.from_pyfile("meetings.cfg.example")
    app.config.update(config_override or {})

    @app.get("/")
    def index():
        return {"title": app.config["TITLE"]}

    return app
