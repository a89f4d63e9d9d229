"""Requests of any shape, to every endpoint of the services: none may fail."""

import json
from collections.abc import Iterator

from bench.figure import Figure
from bench.job import Job, say
from bench.process import run

REQUESTS = 100_000
SERVICES = ("tokens", "treestatus")


def measure(job: Job) -> Iterator[Figure]:
    """Send as many to each service; tell the first of those that failed."""
    toolchain = job.copy("malformed")
    # All members are in it, editable, and Hypothesis.
    python = toolchain.path("toolchain.shell.environment") / "bin/python"
    for name in SERVICES:
        environment = {
            **job.environment,
            "PYTHONPATH": f"{toolchain.root}/lib/backend_common:{toolchain.root}/src/{name}",
        }
        subject = toolchain.root / "bench/subjects/malformed.py"
        count = str(REQUESTS // len(SERVICES))
        said = json.loads(
            run([python, "-B", subject, name, count], job.scratch, environment).stdout
        )
        say(f"{name}: answers by status: {said['statuses']}")
        for request in said["first"]:
            say(f"{name}: failed: {request}")
        what = f"malformed requests to {name}: failed, of {said['requests']}"
        yield Figure(what, said["failed"], "", limit=0)
