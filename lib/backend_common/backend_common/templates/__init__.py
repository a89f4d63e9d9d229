"""HTML pages: Jinja templates from the service's own folder, ``<service>/templates/``.

What pages load is beside it, in ``<service>/static/``: :mod:`backend_common.templates.static`.
"""

from pathlib import Path
from typing import Any

import flask
import jinja2

from backend_common.core.app import Application
from backend_common.core.settings import SettingError
from backend_common.templates import static


class Templates:
    """The templates of one application."""

    def __init__(self, app: flask.Flask) -> None:
        self._app = app

    def render(self, template: str, **context: Any) -> str:
        """Render *template*, a path inside the folder.

        Every value is escaped, but in a template whose name ends in ``.txt``.

        :raises jinja2.TemplateNotFound: there is no such template.
        :raises jinja2.UndefinedError: the template uses what *context* does not have.
        """
        with self._app.app_context():
            return flask.render_template(template, **context)


def init_app(app: Application) -> Templates:
    """Make Jinja strict in *app*: everything is escaped, nothing is undefined.

    ``csp_nonce()`` is the nonce of the response, which the extension ``security`` makes, and
    ``url_for("static", filename=...)`` has the hash of the file.

    :raises SettingError: the service has no folder of templates, or is in production without
        ``security``.
    """
    if app.in_production and "security" not in app.loaded:
        message = (
            f"{app.name!r} has the extension 'templates' without 'security', and production sends "
            "no page without a content security policy: name both in "
            f"create_app({app.name!r}, extensions=[..., 'security', 'templates'])"
        )
        raise SettingError(message)
    folder = Path(app.root_path, app.template_folder or "templates")
    if not folder.is_dir():
        message = (
            f"{app.name!r} asks for the extension 'templates' and has no folder {folder}: "
            "create it, or list it as package data if the service is installed"
        )
        raise SettingError(message)
    # NB: not app.jinja_options, which nobody reads once something used app.jinja_env.
    app.jinja_env.autoescape = _escapes
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.trim_blocks = True
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.globals.setdefault("csp_nonce", lambda: "")  # the extension security has one
    static.init_app(app)
    return Templates(app)


def _escapes(template: str | None) -> bool:
    return template is None or not template.endswith(".txt")
