"""Serves a service by gunicorn's threaded worker: the arguments are its name, threads and port."""

import gc
import importlib
import sys
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, as backend_common used it before it had a worker of its own."""

    def load_config(self) -> None:
        """Set the options; gunicorn calls this."""
        _, _, threads, port = sys.argv
        options = {
            "bind": f"127.0.0.1:{port}",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
            "preload_app": True,
            "threads": int(threads),
            "worker_class": "gthread",
        }
        for key, value in options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Return the application; gunicorn calls this."""
        app = importlib.import_module(f"{sys.argv[1]}.flask").app
        gc.collect()
        gc.freeze()
        return app


if __name__ == "__main__":
    Server().run()
