"""Messages that get lost while the broker and the relays are killed."""

from collections.abc import Iterator

from bench.figure import Figure
from bench.job import Job

MESSAGES = 10_000


def measure(job: Job) -> Iterator[Figure]:
    """Publish through the outbox, on PostgreSQL and RabbitMQ, and count what arrives."""
    toolchain = job.copy("pulse")
    folder = job.scratch / "pulse-service"
    folder.mkdir()
    found = toolchain.subject("pulse", folder, MESSAGES)
    what = f"pulse: {MESSAGES} messages, broker and relays killed"
    yield Figure(f"{what}: lost", found["lost"], "", limit=0)
    yield Figure(f"{what}: arrived twice", found["twice"], "")
    yield Figure(f"{what}: until the broker has all", found["seconds"], "s")
