"""gunicorn, which has processes serve an application."""

import os
import resource
import signal
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.errors import HaltServer  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from serving import listen
from serving.limits import Limits
from serving.served import Served, Wsgi
from serving.worker import SPARE, Worker


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, which takes its settings from its arguments alone.

    Args:
        served: What it serves.
        options: gunicorn's settings, by their names.
    """

    def __init__(self, served: Served, options: dict[str, Any]) -> None:
        self._served = served
        self._options = {
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # whom to believe is for the application to say
            "preload_app": True,  # what is loaded is memory that workers share
            "worker_class": Worker,
            **options,
        }
        if served.logs_to_root:
            self._options["logger_class"] = RootLogger
        super().__init__()

    @property
    def limits(self) -> Limits:
        """The limits of clients."""
        return self._served.limits

    def load_config(self) -> None:
        """Set the options; gunicorn calls this."""
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Wsgi:
        """Return the WSGI application; gunicorn calls this."""
        return self._served.app

    def run(self) -> None:
        """Serve until a signal ends it."""
        allow_files(self.limits.connections)
        keep_signals()
        Processes(self).run()


class Processes(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter, which lets no connection begin that no worker would accept.

    It also replaces every worker that has served, whatever the worker's exit code is.
    """

    _stops = False

    def reap_workers(self) -> None:
        """Forget workers that have ended; gunicorn calls this.

        gunicorn stops serving when a worker exits with 3 or 4, which in gunicorn's own code says
        that the worker could not begin. An application may exit with any code.
        """
        while True:
            before = dict(self.WORKERS)
            try:
                super().reap_workers()
            except HaltServer:
                ended = [each for pid, each in before.items() if pid not in self.WORKERS]
                if not self._stops and not all(each.has_served for each in ended):
                    raise
                for each in ended:
                    each.tmp.close()
            else:
                return

    def stop(self, graceful: bool = True) -> None:
        """Stop the workers; gunicorn calls this."""
        self._stops = True
        # Otherwise others listen on, too: systemd, or a new server that takes over.
        if self.reexec_pid == self.master_pid == 0 and not self.systemd:
            for listener in self.LISTENERS:
                listen.drop_new(listener.sock)
        super().stop(graceful)


class RootLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger, which leaves its lines to the root logger's handlers."""

    def setup(self, cfg: Any) -> None:
        """Set the levels; gunicorn calls this."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def allow_files(connections: int) -> None:
    """Raise the limit of open files, as far as it goes, to two for each connection.

    A connection is one, and a large body of a request is another.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + SPARE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def keep_signals() -> None:
    """Keep signals for a new worker until it handles them.

    Without this, gunicorn's handlers, which a worker has at first, drop a SIGTERM, and the worker
    serves on until it is killed.
    """
    arbiter = os.getpid()

    def change(how: int) -> None:
        if os.getpid() == arbiter:  # what a worker forks is not gunicorn's
            signal.pthread_sigmask(how, Worker.SIGNALS)

    os.register_at_fork(
        before=partial(change, signal.SIG_BLOCK),
        after_in_parent=partial(change, signal.SIG_UNBLOCK),
    )
