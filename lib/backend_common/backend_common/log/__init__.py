"""Structured logs: structlog, with an id for each request and one line for its outcome."""

import logging
from functools import partial

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter

from backend_common.core import process, settings
from backend_common.core.app import Application
from backend_common.log import requests, sentry
from backend_common.log.known import KnownSecrets
from backend_common.log.lines import FORMATS, handler
from backend_common.log.requests import REQUEST_ID

__all__ = ["FORMATS", "LEVELS", "REQUEST_ID", "init_app"]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Settings(settings.Table):
    """Which lines there are, how they look, and where errors are reported."""

    level = settings.Choice(
        "LOG_LEVEL", "INFO", choices=LEVELS, text="Lines of a lower level are left out."
    )
    format = settings.Choice(
        "LOG_FORMAT",
        lambda app: "json" if app.in_production else "console",
        choices=FORMATS,
        shown="`json` in production, else `console`",
        text="Lines for programs, or for people.",
    )
    sentry_dsn = settings.Text(
        "LOG_SENTRY_DSN",
        "",
        shown="none",
        valid=sentry.is_dsn,
        expected="the DSN of a Sentry project",
        text="Where errors are reported; it needs the package `sentry-sdk`.",
    )


SETTINGS = Settings.fields()


def init_app(app: Application) -> BoundLogger:
    """Give *app* its logger: ``app.log.info("tree.closed", tree=name)``.

    ``app.logger`` (Flask's, of the standard library) writes the same way. Lines go to the
    server's error stream, ``sys.stderr`` outside of requests.

    :raises SettingError: a setting is wrong, or the package that it needs is not installed.
    """
    read = Settings(app)
    # NB: this logger is in nobody's tree (logging.getLogger) and structlog.configure is not
    # called, since both are global: two applications in one process keep their own settings.
    app.logger = logging.Logger(app.name, read.level)
    known = KnownSecrets(app.config)
    app.logger.addHandler(handler(app.name, read.format, known))
    if read.sentry_dsn:
        app.logger.addHandler(sentry.handler(app, read.sentry_dsn, known))
    log: BoundLogger = structlog.wrap_logger(
        app.logger,
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
        context_class=dict,
    ).bind()
    requests.follow(app)
    process.provide(app, partial(_take_over, app))
    return log


def _take_over(app: Application) -> None:
    from backend_common.log.process import take_over  # noqa: PLC0415  few processes need it

    take_over(app)
