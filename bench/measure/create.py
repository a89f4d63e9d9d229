"""The cost of an application with all extensions, made in a new process."""

from collections.abc import Iterator

from bench.figure import Figure
from bench.imports import packages
from bench.job import Job
from bench.process import run
from bench.rounds import Action, paired

ROUNDS = 9
CREATE = "import measured; measured.create_app()"
LIMIT = 0.8
SHOWN = 8
"""How many packages to show, the most expensive first."""
MILLI = 1000


def measure(job: Job) -> Iterator[Figure]:
    """Make the application several times, and once more to find the most expensive imports."""
    toolchain = job.copy("create")
    python = toolchain.path("backend_common.complete") / "bin/python"
    services = toolchain.root / "bench/subjects/services"
    environment = {
        **job.environment,
        "PYTHONPATH": str(services),
        "STATE_DIRECTORY": str(job.scratch),
    }
    actions: dict[str, Action] = {
        name: _action([str(python), "-B", "-c", code], environment, job)
        for name, code in {
            "all": CREATE,
            "none": "import flask; flask.Flask('none')",
        }.items()
    }
    usage = paired(actions, ROUNDS)
    yield Figure("create_app, all extensions: CPU", usage["all"].cpu, "s", limit=LIMIT)
    yield Figure("a Flask application: CPU", usage["none"].cpu, "s")
    command = [str(python), "-B", "-X", "importtime", "-c", CREATE]
    costs = packages(run(command, services, environment).stderr)
    for name in sorted(costs, key=costs.__getitem__, reverse=True)[:SHOWN]:
        yield Figure(f"create_app imports: {name}", costs[name] * MILLI, "ms")


def _action(command: list[str], environment: dict[str, str], job: Job) -> Action:
    return lambda _: run(command, job.scratch, environment).usage
