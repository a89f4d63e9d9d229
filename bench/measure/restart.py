"""Requests that fail although PostgreSQL is back."""

from collections.abc import Iterator

from bench.figure import Figure
from bench.job import Job

RESTARTS = 10


def measure(job: Job) -> Iterator[Figure]:
    """Restart PostgreSQL under load, and count what fails, and what is lost."""
    found = job.copy("restart").subject("restart", RESTARTS, places=["src/treestatus"])
    what = f"PostgreSQL restarted {RESTARTS} times under load"
    yield Figure(
        f"{what}: failed when it was back, of {found['requests']}", found["failed"], "", limit=0
    )
    yield Figure(f"{what}: answered with 503 while it was away", found["refused"], "")
    yield Figure(f"{what}: answered with another error, ever", found["wrong"], "", limit=0)
    yield Figure(f"{what}: confirmed, and lost", found["lost"], "", limit=0)
