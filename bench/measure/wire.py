"""The cost of all extensions together for a request over the wire."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.figure import Figure
from bench.job import Job
from bench.load import keep_busy
from bench.process import Usage
from bench.rounds import Action, paired
from bench.service import Service, serving

ROUNDS = 9
SECONDS = 2.0
CONNECTIONS = 8
"""As many as the worker has threads."""
MICRO = 1_000_000
LEAST = 0.6

# The request that a proxy sends on when it gets it over https.
REQUEST = (
    b"GET /v1/things/3?limit=20&order=down HTTP/1.1\r\nHost: things.example.org\r\n"
    b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nAccept: */*\r\n\r\n"
)


def measure(job: Job) -> Iterator[Figure]:
    """Send the same request to a service with all extensions, and to one of Flask alone.

    Both have one worker of the same server, and keep their connections. Flask alone writes no log.
    """
    toolchain = job.copy("wire")
    python = toolchain.path("backend_common.complete") / "bin/python"
    environment = {
        **job.environment,
        "PYTHONPATH": str(toolchain.root / "bench/subjects/services"),
        "STATE_DIRECTORY": str(job.scratch),
    }
    with ExitStack() as stack:
        actions: dict[str, Action] = {}
        for name in ("measured", "plain"):
            log = job.scratch / f"{name}.log"
            actions[name] = _action(stack.enter_context(serving(python, name, log, environment)))
        for warm_up in actions.values():
            warm_up(0)
        usage = paired(actions, ROUNDS)
    ours, theirs = usage["measured"], usage["plain"]
    what, peer = "all extensions, over the wire", "Flask alone"
    yield Figure(f"{what}: requests", 1 / ours.wall, "/s", peer, 1 / theirs.wall, least=LEAST)
    yield Figure(f"{what}: CPU of one", ours.cpu * MICRO, "µs", peer, theirs.cpu * MICRO)


def _action(service: Service) -> Action:
    def act(_: int) -> Usage:
        before = service.cpu()
        load = keep_busy(service.address, REQUEST, CONNECTIONS, SECONDS)
        cpu = service.cpu() - before
        return Usage(cpu / load.requests, load.wall / load.requests)

    return act
