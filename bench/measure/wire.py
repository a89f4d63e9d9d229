"""The cost of a request over the wire: of the server, and of all extensions together."""

from collections.abc import Iterator
from contextlib import ExitStack

from bench.figure import Figure
from bench.job import Job
from bench.load import keep_busy
from bench.process import Usage
from bench.rounds import Action, paired
from bench.service import Service, as_in_production, serving

ROUNDS = 9
SECONDS = 2.0
CONNECTIONS = 8
"""As many as the worker has threads."""
MICRO = 1_000_000
LEAST = 0.65
"""The requests that all extensions answer in the time in which Flask alone answers one."""
SERVER_LEAST = 1.0
"""The same of the server, with gunicorn's threaded worker in place of Flask alone."""

# The request that a proxy sends on when it gets it over https.
REQUEST = (
    b"GET /v1/things/3?limit=20&order=down HTTP/1.1\r\nHost: things.example.org\r\n"
    b"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nAccept: */*\r\n\r\n"
)


def measure(job: Job) -> Iterator[Figure]:
    """Send the same request to a service with all extensions, and to one of Flask alone.

    Both have one worker of the same server, and keep their connections. Flask alone writes no log.
    Flask alone is served by gunicorn's threaded worker, too, with as many threads.
    """
    toolchain = job.copy("wire")
    python = toolchain.path("backend_common.complete") / "bin/python"
    services = toolchain.root / "bench/subjects/services"
    environment = {
        **job.environment,
        "PYTHONPATH": str(services),
        "STATE_DIRECTORY": str(job.scratch),
    }
    with ExitStack() as stack:
        actions: dict[str, Action] = {}
        for name, server in {
            "measured": as_in_production("measured"),
            "plain": as_in_production("plain"),
            "gthread": [str(services / "gthread.py"), "plain", str(CONNECTIONS)],
        }.items():
            log = job.scratch / f"{name}.log"
            actions[name] = _action(stack.enter_context(serving(python, server, log, environment)))
        for warm_up in actions.values():
            warm_up(0)
        usage = paired(actions, ROUNDS)
    what, peer = "all extensions, over the wire", "Flask alone"
    yield from _figures(what, usage["measured"], peer, usage["plain"], LEAST)
    what, peer = "the server, over the wire", "gunicorn's threads"
    yield from _figures(what, usage["plain"], peer, usage["gthread"], SERVER_LEAST)


def _figures(what: str, ours: Usage, peer: str, theirs: Usage, least: float) -> Iterator[Figure]:
    yield Figure(f"{what}: requests", 1 / ours.wall, "/s", peer, 1 / theirs.wall, least=least)
    yield Figure(f"{what}: CPU of one", ours.cpu * MICRO, "µs", peer, theirs.cpu * MICRO)


def _action(service: Service) -> Action:
    def act(_: int) -> Usage:
        before = service.cpu()
        load = keep_busy(service.address, REQUEST, CONNECTIONS, SECONDS)
        cpu = service.cpu() - before
        return Usage(cpu / load.requests, load.wall / load.requests)

    return act
