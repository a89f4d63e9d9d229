"""What a process logs that serves one application: libraries, warnings, the server's own lines.

An application leaves alone what is global; whoever owns the process calls :func:`take_over`.
"""

import logging
import sys
import threading
from types import TracebackType

from backend_common.core.app import Application
from backend_common.log.lines import DescriptorHandler, ErrorStreamHandler

STANDARD_ERROR = 2  # the file descriptor


def take_over(app: Application) -> None:
    """Have the process log as *app* does: from ``WARNING`` on, and what ends a thread or itself.

    ``LOG_LEVEL`` may raise that level, and does not lower it: what libraries say below it is
    seldom for those who run a service. Lines go to the standard error of the process, which is its
    server's error stream, too.
    """
    handlers = app.logger.handlers
    handlers[:] = [_direct(it) if isinstance(it, ErrorStreamHandler) else it for it in handlers]
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(max(app.logger.level, logging.WARNING))
    logging.captureWarnings(True)

    def end_process(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            app.logger.critical("the process failed", exc_info=error)

    def end_thread(failure: threading.ExceptHookArgs) -> None:
        name = failure.thread.name if failure.thread else "?"
        app.logger.error("the thread %s failed", name, exc_info=failure.exc_value)

    sys.excepthook = end_process
    threading.excepthook = end_thread


def _direct(handler: ErrorStreamHandler) -> DescriptorHandler:
    direct = DescriptorHandler(STANDARD_ERROR, handler.formatter)
    direct.setLevel(handler.level)
    direct.filters[:] = handler.filters
    return direct
