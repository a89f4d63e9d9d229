"""Publishes through the outbox while what takes part is killed, and counts what arrives.

    python -m bench.subjects.pulse FOLDER MESSAGES

For an environment of its own; of bench it imports only what is beside it. `needs` must run RabbitMQ
and PostgreSQL for it. FOLDER, an empty one, is for the service. It prints JSON: how many messages
were lost, how many arrived twice, and the seconds until the broker had them all.
"""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import backend_common
import backend_common.tables
from backend_common import App
from backend_common.pulse import Message

from .databases import new_database

FLASK = """
import backend_common
import backend_common.tables

app = backend_common.create_app("measured", ["db", "pulse"])
"""

KILLS = 4
"""How often a relay is killed."""

Process = subprocess.Popen[bytes]


def main(folder: Path, messages: int) -> None:
    """Run it all."""
    write_service(folder)
    database = new_database(os.environ["DATABASE_URL"])
    settings = {"DATABASE_URL": database, "PULSE_EXCHANGE": f"measured-{uuid4().hex}"}
    os.environ.update(settings, STATE_DIRECTORY=str(folder))
    os.chdir(folder)  # where python -m finds the service
    receiver, got = receive()
    app = backend_common.create_app("measured", ["db", "pulse"])
    with app.app_context():
        backend_common.tables.make_all(app, app.db)
        app.db.create_all()
    started = time.perf_counter()
    with ExitStack() as at_end:
        relays = publish(app, messages, at_end)
        while app.pulse.captured:
            if all(each.poll() is not None for each in relays):
                sys.exit("no relay runs any more; see above what they said")
            time.sleep(0.1)
    seconds = time.perf_counter() - started
    receiver.pulse.consume(idle=3)
    numbers = set(got)
    result = {
        "lost": messages - len(numbers),
        "twice": len(got) - len(numbers),
        "seconds": seconds,
    }
    print(json.dumps(result))


def write_service(folder: Path) -> None:
    """Write the service whose relays run."""
    sys.path.insert(0, str(folder))
    (folder / "settings.py").touch()
    (folder / "measured").mkdir()
    (folder / "measured/__init__.py").touch()
    (folder / "measured/flask.py").write_text(FLASK)


def receive() -> tuple[App, list[int]]:
    """Make an application that takes all messages, and the list that their numbers come to."""
    # Duplicates are to be counted: it remembers one message, and so drops next to none.
    config = {"PULSE_SEEN_SIZE": 1, "PULSE_PREFETCH": 500}
    app = backend_common.create_app("measured", ["pulse"], config)
    got: list[int] = []

    @app.pulse.consumer(f"all-{uuid4().hex}", "#")
    def keep(message: Message) -> None:
        got.append(message.payload)

    app.pulse.consume(idle=0.1)  # has the queue made
    return app, got


def publish(app: App, messages: int, at_end: ExitStack) -> list[Process]:
    """Commit messages one by one; kill relays all the time, and the broker halfway.

    Return the relays that live.
    """
    relays = [relay(at_end), relay(at_end)]
    back = threading.Thread(target=needs, args=["start"])
    for number in range(messages):
        with app.app_context():
            app.pulse.publish("numbers", number)
            app.db.session.commit()
        if number % (messages // KILLS) == messages // (2 * KILLS):
            relays.pop(0).kill()
            relays.append(relay(at_end))
        if number == messages // 2:
            needs("kill")
            back.start()
    back.join()
    return relays


def relay(at_end: ExitStack) -> Process:
    """Start a relay, which is killed in the end."""
    command = [sys.executable, "-m", "flask", "--app", "measured.flask", "pulse", "relay"]
    process = at_end.enter_context(subprocess.Popen(command))
    at_end.callback(process.kill)
    return process


def needs(action: str) -> None:
    """Do something to the broker."""
    subprocess.run(["needs", action, "rabbitmq"], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
