"""The cost of a request to the extension api, in the process that answers it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import peers
from bench.figure import Figure
from bench.job import Job
from bench.process import Usage, run
from bench.rounds import Action, paired

ROUNDS = 9
REQUESTS = 1000
MICRO = 1_000_000

KINDS = {"get": "GET with parameters", "post": "POST of JSON", "bearer": "GET with a token"}
PEERS = {"shipped": ("connexion.FlaskApp as shipped", 0.42), "by_hand": ("Flask, by hand", 1.3)}


def measure(job: Job) -> Iterator[Figure]:
    """Send the same requests to the same API, served by the extension and by each of its peers."""
    toolchain = job.copy("api")
    python = toolchain.path("backend_common.extras.api") / "bin/python"
    # A requirement of connexion's extra flask, which the extension does without.
    more = peers.packages(job.scratch / "api-shipped", job.environment, "a2wsgi")
    environment = {**job.environment, "PYTHONPATH": str(more)}
    subject: list[str | Path] = [python, "-B", toolchain.root / "bench/subjects/api.py"]
    for kind, said in KINDS.items():
        actions = {
            way: _action([*subject, way, kind, str(REQUESTS)], job.scratch, environment)
            for way in ("ours", *PEERS)
        }
        usage = paired(actions, ROUNDS)
        for way, (peer, limit) in PEERS.items():
            ours, theirs = (usage[each].cpu * MICRO for each in ("ours", way))
            yield Figure(f"api: {said}: CPU", ours, "µs", peer, theirs, limit)


def _action(command: list[str | Path], cwd: Path, environment: Mapping[str, str]) -> Action:
    def act(_: int) -> Usage:
        return Usage(*json.loads(run(command, cwd, environment).stdout))

    return act
