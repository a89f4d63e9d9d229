"""``flask --app <service>.flask`` tells why there is no application as ``bin/<service>`` does.

Flask imports its plugins, the entry points ``flask.commands``, before it loads an application. It
has no other place to say how an application is loaded. On its own, it prints tracebacks.
"""

import re

import click
import flask
from flask.cli import ScriptInfo, prepare_import

from backend_common.core import startup

_SERVICE = re.compile(r"(\w+)\.flask(:app)?")


def prepare(info: ScriptInfo) -> None:
    """Have the service that *info* names, if it is one, loaded by :func:`startup.load`."""
    match = _SERVICE.fullmatch(info.app_import_path or "")
    if match and not info.create_app:
        service = match[1]

        def create_app() -> flask.Flask:
            prepare_import(f"{service}.flask")  # as Flask does: the current directory counts
            return startup.load(service)

        info.create_app = create_app


command = click.Command("backend-common", hidden=True)  # Flask takes commands alone for plugins

if context := click.get_current_context(silent=True):
    prepare(context.ensure_object(ScriptInfo))
