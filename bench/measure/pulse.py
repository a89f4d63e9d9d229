"""Messages that get lost while the broker and the relays are killed."""

import json
import shlex
from collections.abc import Iterator

from bench.figure import Figure
from bench.job import Job

MESSAGES = 10_000


def measure(job: Job) -> Iterator[Figure]:
    """Publish through the outbox, on PostgreSQL and RabbitMQ, and count what arrives."""
    toolchain = job.copy("pulse")
    subject = toolchain.root / "bench/subjects/pulse.py"
    folder = job.scratch / "pulse-service"
    folder.mkdir()
    command = shlex.join(["python", "-B", str(subject), str(folder), str(MESSAGES)])
    done = toolchain.shell("backend_common", f"needs run -- {command}")
    found = json.loads(done.stdout.splitlines()[-1])
    what = f"pulse: {MESSAGES} messages, broker and relays killed"
    yield Figure(f"{what}: lost", found["lost"], "", limit=0)
    yield Figure(f"{what}: arrived twice", found["twice"], "")
    yield Figure(f"{what}: until the broker has all", found["seconds"], "s")
