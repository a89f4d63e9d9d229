"""Runs the campaign: `python -m soak.frozen SHARE`, in an empty directory."""

import http.client
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import backend_common
import backend_common.core.tables
import sqlalchemy

from ..servers import needs, new_database
from ..serving import Address, serving, write_service
from .answers import Answer, Span, tally
from .service import NAME, SERVICE, SETTINGS

ROUNDS = 10
"""How often each server is frozen."""
SERVERS = ("postgresql", "rabbitmq", "redis")
CLIENTS = 4
FROZEN, UP = 8.0, 6.0
"""The seconds that a server is frozen, and up afterwards."""
LIMIT = 60.0
"""How long the messages of confirmed orders may take in the end, in seconds."""


def main(share: float) -> None:
    """Freeze servers a share of the rounds, and print the tally."""
    rounds = max(round(ROUNDS * share), 1)
    write_service(Path.cwd(), NAME, SERVICE)
    own = {
        "DATABASE_URL": new_database(os.environ["DATABASE_URL"]),
        "PULSE_EXCHANGE": f"soak-{uuid4().hex}",
    }
    os.environ.update(SETTINGS, **own)
    app = prepare()
    answers: list[Answer] = []
    frozen: list[Span] = []
    stopped = threading.Event()
    with ExitStack() as at_end:
        processes = [start(command, at_end) for command in ("relay", "consume")]
        address = at_end.enter_context(serving(NAME, os.environ))
        clients = [
            threading.Thread(target=use, args=[address, f"order-{number}", answers, stopped])
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            time.sleep(1)
            for server in SERVERS * rounds:
                frozen.append(freeze(server))
                time.sleep(UP)
        finally:
            stopped.set()
            for client in clients:
                client.join()
        confirmed = {answer.name for answer in answers if answer.status == 201}
        handled = wait_for(app, confirmed)
        for process in processes:
            if process.poll() is not None:
                sys.exit("the relay or the consumer ended; see their messages above")
    planned = CLIENTS * len(SERVERS) * rounds
    tally(answers, frozen, planned, confirmed, handled).print()


def prepare() -> backend_common.App:
    """Make the tables and the queues; return the application."""
    module: Any = __import__(NAME)
    app: backend_common.App = module.create_app()
    with app.app_context():
        backend_common.core.tables.make_all(app, app.db)
        app.db.metadata.create_all(app.db.engine)
        module.Base.metadata.create_all(app.db.engine)
    app.pulse.consume(idle=0.1)
    return app


def start(command: str, at_end: ExitStack) -> "subprocess.Popen[bytes]":
    """Start `flask pulse` of the service, which is killed in the end."""
    words = [sys.executable, "-m", "flask", "--app", f"{NAME}.flask", "pulse", command]
    process = at_end.enter_context(subprocess.Popen(words))
    at_end.callback(process.kill)
    return process


def freeze(server: str) -> Span:
    """Freeze a server for a while; return when that was."""
    began = time.monotonic()
    needs("freeze", server)
    time.sleep(FROZEN)
    needs("thaw", server)
    return began, time.monotonic()


def use(address: Address, name: str, answers: list[Answer], stopped: threading.Event) -> None:
    """Make orders until the thread is stopped, and record each answer."""
    number = 0
    while not stopped.is_set():
        number += 1
        began, status = time.monotonic(), None
        connection = http.client.HTTPConnection(*address, timeout=60)
        try:
            connection.request("PUT", f"/orders/{name}-{number}")
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException) as error:
            print(f"no answer: {error!r}", file=sys.stderr)
        finally:
            connection.close()
        answers.append(Answer((began, time.monotonic()), f"{name}-{number}", status))
        time.sleep(0.02)


def wait_for(app: backend_common.App, confirmed: set[str]) -> list[str]:
    """Return the orders that were handled, as soon as all that were confirmed are among them."""
    deadline = time.monotonic() + LIMIT
    while True:
        with app.app_context():
            rows = app.db.session.execute(sqlalchemy.text("SELECT name FROM handled"))
            handled = [str(row.name) for row in rows]
        if confirmed <= set(handled) or time.monotonic() > deadline:
            return handled
        time.sleep(0.5)


if __name__ == "__main__":
    main(float(sys.argv[1]))
