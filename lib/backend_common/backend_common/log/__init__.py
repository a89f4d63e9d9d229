"""Structured logs: structlog, with an id for each request and one line for its outcome."""

import logging

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter

from backend_common.core import settings
from backend_common.core.app import Application
from backend_common.log import requests, sentry
from backend_common.log.known import KnownSecrets
from backend_common.log.lines import FORMATS, handler
from backend_common.log.requests import REQUEST_ID

__all__ = ["FORMATS", "LEVELS", "REQUEST_ID", "init_app"]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def init_app(app: Application) -> BoundLogger:
    """Give *app* its logger: ``app.log.info("tree.closed", tree=name)``.

    ``app.logger`` (Flask's, of the standard library) writes the same way. Lines go to the
    server's error stream, ``sys.stderr`` outside of requests.

    Settings: ``LOG_LEVEL``, one of :data:`LEVELS`, ``INFO`` by default; ``LOG_FORMAT``, one of
    :data:`FORMATS`, by default ``json`` in production and ``console`` in development;
    ``LOG_SENTRY_DSN``, where errors are reported to, by default nowhere.

    :raises SettingError: a setting is wrong, or the package that it needs is not installed.
    """
    default = "json" if app.in_production else "console"
    level = settings.read(app, "LOG_LEVEL", "INFO", LEVELS.__contains__, _one_of(LEVELS))
    kind = settings.read(app, "LOG_FORMAT", default, FORMATS.__contains__, _one_of(FORMATS))
    dsn = settings.read(app, "LOG_SENTRY_DSN", "", sentry.is_dsn, "the DSN of a Sentry project")

    # NB: this logger is in nobody's tree (logging.getLogger) and structlog.configure is not
    # called, since both are global: two applications in one process keep their own settings.
    app.logger = logging.Logger(app.name, level)
    known = KnownSecrets(app.config)
    app.logger.addHandler(handler(app.name, kind, known))
    if dsn:
        app.logger.addHandler(sentry.handler(app, dsn, known))
    log: BoundLogger = structlog.wrap_logger(
        app.logger,
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=BoundLogger,
        context_class=dict,
    ).bind()
    requests.follow(app)
    return log


def _one_of(names: tuple[str, ...]) -> str:
    return "one of " + ", ".join(names)
