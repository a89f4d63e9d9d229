"""Errors reported to Sentry, where the service has the package sentry-sdk.

The package is no part of the extra: it is 7 MB with what it requires, for services that report
nothing too. It is used without ``sentry_sdk.init``, whose client and whose patches of other
libraries are global: each application has a client of its own, which hears of what is logged.
"""

import atexit
import json
import logging
from typing import Any
from urllib.parse import urlsplit

import structlog

from backend_common.core.app import Application
from backend_common.core.settings import SettingError
from backend_common.log.known import KnownSecrets
from backend_common.log.lines import Handler, exception_of, said, text_of
from backend_common.log.values import clean

PACKAGE = "sentry-sdk"
PATIENCE = 2.0  # seconds that the process waits at its end for reports to be sent


class SentryHandler(Handler):
    """Reports records of errors; a thread of the client's sends them.

    :param client: a ``sentry_sdk.Client``.
    :param known: secrets that are in no report.
    """

    def __init__(self, client: Any, known: KnownSecrets) -> None:
        super().__init__(logging.ERROR)
        self._client = client
        self._known = known

    def emit(self, record: logging.LogRecord) -> None:
        """Report one record; what cannot be reported is told as logging tells its own errors."""
        try:
            self._client.capture_event(self._event(record))
        except Exception:  # noqa: BLE001  a log must not fail whoever logs
            self.handleError(record)

    def flush(self) -> None:
        """Wait a moment for what is to be sent."""
        self._client.flush(timeout=PATIENCE)

    def _event(self, record: logging.LogRecord) -> dict[str, Any]:
        from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

        context = {**structlog.contextvars.get_contextvars(), **said(record)}
        message = context.pop("event", "")
        error = exception_of(context.pop("exc_info", record.exc_info))
        event: Any = {}
        if error:
            event, _ = event_from_exception(error, client_options=self._client.options)
        request_id = context.pop("request_id", None)
        event = clean(
            {
                **event,
                "level": {"critical": "fatal"}.get(record.levelname.lower(), "error"),
                "logger": record.name,
                "logentry": {"formatted": text_of(message)},
                "tags": {"request_id": request_id} if request_id else {},
                "extra": context,
            }
        )
        return json.loads(self._known.hide(json.dumps(event)))  # type: ignore[no-any-return]


def handler(app: Application, dsn: str, known: KnownSecrets) -> SentryHandler:
    """Report the errors of *app* to the project of *dsn*, without the secrets that are *known*.

    :raises SettingError: sentry-sdk is not installed, or does not take the DSN.
    """
    try:
        import sentry_sdk  # noqa: PLC0415
        from sentry_sdk.utils import BadDsn  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "sentry_sdk":
            raise
        message = (
            f"the setting LOG_SENTRY_DSN of {app.name!r} needs the package {PACKAGE}, which is not "
            f"installed: add {PACKAGE} to the dependencies of {app.name!r}, or unset it"
        )
        raise SettingError(message) from error
    try:
        client = sentry_sdk.Client(
            dsn=dsn,
            environment=app.config["APP_CHANNEL"],
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            include_local_variables=False,
            shutdown_timeout=PATIENCE,
        )
    except BadDsn:
        message = (
            f"the setting LOG_SENTRY_DSN of {app.name!r} is wrong: expected the DSN of a Sentry "
            "project, as its page Client Keys shows it"
        )
        raise SettingError(message) from None  # the error has the DSN
    atexit.register(client.close, timeout=PATIENCE)
    return SentryHandler(client, known)


def is_dsn(value: Any) -> bool:
    """Say whether *value* may be a DSN, https://KEY@HOST/PROJECT, or is empty."""
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    whole = parts.scheme in ("http", "https") and parts.username and parts.path.strip("/")
    return not value or bool(whole)
