"""Runs the campaign: `python -m soak.pulse SHARE`, in an empty directory."""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import backend_common
import backend_common.core.tables
from backend_common import App
from backend_common.pulse import Message

from ..campaign import Tally
from ..servers import needs, new_database
from ..serving import write_service

MESSAGES = 10_000
KILLS = 4
"""How often a relay is killed."""
NAME = "published"
SERVICE = f"""
import backend_common


def create_app():
    return backend_common.create_app("{NAME}", ["db", "pulse"])
"""

Process = subprocess.Popen[bytes]


def main(share: float) -> None:
    """Publish a share of the messages, and print the tally."""
    messages = max(round(MESSAGES * share), 2 * KILLS)
    write_service(Path.cwd(), NAME, SERVICE)
    os.environ["DATABASE_URL"] = new_database(os.environ["DATABASE_URL"])
    os.environ["PULSE_EXCHANGE"] = f"soak-{uuid4().hex}"
    receiver, got = receive()
    app = backend_common.create_app(NAME, ["db", "pulse"])
    with app.app_context():
        backend_common.core.tables.make_all(app, app.db)
        app.db.create_all()
    started = time.perf_counter()
    with ExitStack() as at_end:
        relays = publish(app, messages, at_end)
        while app.pulse.captured:
            if all(each.poll() is not None for each in relays):
                sys.exit("no relay runs any more; see their messages above")
            time.sleep(0.1)
    seconds = time.perf_counter() - started
    receiver.pulse.consume(idle=3)
    numbers = set(got)
    notes = [
        f"{len(got) - len(numbers)} messages arrived twice",
        f"the broker had all after {seconds:.0f} s",
    ]
    Tally(messages, messages, {"lost": messages - len(numbers)}, notes).print()


def receive() -> tuple[App, list[int]]:
    """Make an application that takes all messages, and the list in which it collects them."""
    # Duplicates are to be counted: it remembers one message, and so drops hardly any.
    config = {"PULSE_INBOX_SIZE": 1, "PULSE_PREFETCH": 500}
    app = backend_common.create_app(NAME, ["pulse"], config)
    got: list[int] = []

    @app.pulse.consumer(f"all-{uuid4().hex}", "#")
    def keep(message: Message) -> None:
        got.append(message.payload)

    app.pulse.consume(idle=0.1)  # makes the queue
    return app, got


def publish(app: App, messages: int, at_end: ExitStack) -> list[Process]:
    """Commit messages one by one; kill relays all the time, and the broker halfway.

    Returns:
        The relays that were not killed.
    """
    relays = [relay(at_end), relay(at_end)]
    back = threading.Thread(target=needs, args=["start", "rabbitmq"])
    for number in range(messages):
        with app.app_context():
            app.pulse.publish("numbers", number)
            app.db.session.commit()
        if number % (messages // KILLS) == messages // (2 * KILLS):
            relays.pop(0).kill()
            relays.append(relay(at_end))
        if number == messages // 2:
            needs("kill", "rabbitmq")
            back.start()
    back.join()
    return relays


def relay(at_end: ExitStack) -> Process:
    """Start a relay, which is killed in the end."""
    command = [sys.executable, "-m", "flask", "--app", f"{NAME}.flask", "pulse", "relay"]
    process = at_end.enter_context(subprocess.Popen(command))
    at_end.callback(process.kill)
    return process


if __name__ == "__main__":
    main(float(sys.argv[1]))
