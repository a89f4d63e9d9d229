"""Runs the campaign: `python -m soak.poison SHARE`, in an empty directory."""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random, randrange
from typing import IO, Any
from uuid import uuid4

import backend_common

from ..campaign import Tally
from ..serving import write_service
from .kinds import MAX_BODY, good, poison

MESSAGES = 20_000
CONSUMERS = 2
LIMIT = 20.0
"""How long nothing may happen before the consumers are given up, in seconds."""
NAME = "poisoned"
SERVICE = """
import backend_common


def create_app(config=None):
    app = backend_common.create_app("poisoned", ["pulse"], config)

    @app.pulse.consumer("all", "#")
    def handle(message):
        print(message.payload["number"], flush=True)

    return app
"""


def main(share: float) -> None:
    """Publish a share of the messages, and print the tally."""
    messages = max(round(MESSAGES * share), 60)
    seed = randrange(2**32)
    write_service(Path.cwd(), NAME, SERVICE)
    settings = {"PULSE_EXCHANGE": f"soak-{uuid4().hex}", "PULSE_MAX_BODY": str(MAX_BODY)}
    os.environ.update(settings, APP_CHANNEL="development")
    module: Any = __import__(NAME)
    app = module.create_app()
    app.pulse.consume(idle=0.1)  # makes the queues
    handled: list[int] = []
    with ExitStack() as at_end:
        consumers = [consumer(handled, at_end) for _ in range(CONSUMERS)]
        numbers = publish(app, messages, Random(seed))
        poisonous = messages - len(numbers)
        before, since = (0, 0), time.monotonic()
        while any(each.poll() is None for each in consumers):
            now = (len(handled), dead(app))
            if now != before:
                before, since = now, time.monotonic()
            if set(handled) >= numbers and now[1] >= poisonous:
                break
            if time.monotonic() - since > LIMIT:
                break
            time.sleep(0.2)
        ended = sum(each.poll() is not None for each in consumers)
    counts = {
        "good ones not handled": len(numbers - set(handled)),
        "poisonous ones that are no dead letters": abs(poisonous - dead(app)),
        "consumers that ended": ended,
    }
    notes = [f"the seed was {seed}", f"{poisonous} of {messages} messages were poisonous"]
    Tally(messages, messages, counts, notes).print()


def consumer(handled: list[int], at_end: ExitStack) -> "subprocess.Popen[str]":
    """Start a consumer, which is killed in the end; collect the numbers that it handles."""
    command = [sys.executable, "-m", "flask", "--app", f"{NAME}.flask", "pulse", "consume"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    at_end.enter_context(process)
    at_end.callback(process.kill)
    assert process.stdout is not None
    threading.Thread(target=collect, args=[process.stdout, handled], daemon=True).start()
    return process


def collect(printed: IO[str], handled: list[int]) -> None:
    """Collect the numbers in the output of a consumer."""
    handled.extend(int(line) for line in printed if line.strip().isdigit())


def publish(app: backend_common.App, messages: int, random: Random) -> set[int]:
    """Publish messages, every second of them poisonous; return the numbers of the good ones."""
    numbers = set()
    with app.pulse._broker.connected() as connection:
        channel = connection.channel()
        channel.confirm_select()
        for number in range(messages):
            if is_good := random.random() < 0.5:
                numbers.add(number)
            sent = good(random, number) if is_good else poison(random)
            message = sent.message(str(number))
            channel.basic_publish_confirm(message, app.config["PULSE_EXCHANGE"], "numbers")
    return numbers


def dead(app: backend_common.App) -> int:
    """Count the dead letters."""
    with app.pulse._broker.connected() as connection:
        declared = connection.channel().queue_declare(f"{NAME}.all.dead", passive=True)
        return int(declared.message_count)


if __name__ == "__main__":
    main(float(sys.argv[1]))
