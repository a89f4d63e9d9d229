"""Requests of any shape, to every endpoint of services: none may fail."""

from collections.abc import Iterator

from bench import peers
from bench.figure import Figure
from bench.job import Job, say

SHARES = (
    # A service, who makes the requests, and how many of them.
    ("exposed", "properties", 60_000),
    ("exposed", "documents", 20_000),
    ("tokens", "properties", 5_000),
    ("tokens", "documents", 5_000),
    ("treestatus", "properties", 5_000),
    ("treestatus", "documents", 5_000),
)
PLACES = ("src/tokens", "src/treestatus", "bench/subjects/exposed")


def measure(job: Job) -> Iterator[Figure]:
    """Send them, to services with real servers; tell the first of those that failed."""
    toolchain = job.copy("malformed")
    packages = peers.packages(
        job.scratch / "schemathesis", job.environment, "schemathesis", whole=True
    )
    requests = failed = 0
    for name, way, count in SHARES:
        said = toolchain.subject("malformed", name, way, count, packages, places=PLACES)
        requests += said["requests"]
        failed += said["failed"]
        say(f"{name}, {way}: answers by status: {said['statuses']}")
        if way == "properties" and said["unmet"]:
            say(f"{name}, {way}: not with all credentials: {', '.join(said['unmet'])}")
        for request in said["first"]:
            say(f"{name}, {way}: failed: {request}")
        what = f"malformed requests to {name}, by {way}: failed, of {said['requests']}"
        yield Figure(what, said["failed"], "")
    yield Figure(f"malformed requests: failed, of {requests}", failed, "", limit=0)
