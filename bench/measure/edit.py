"""From an edit to the app, and to the app tested."""

from collections.abc import Iterator

from please_cli import workspace

from bench import checkout, peers
from bench.figure import Figure, compare
from bench.job import Job
from bench.process import Usage
from bench.rounds import paired
from bench.toolchain import built

ROUNDS = 5


def measure(job: Job) -> Iterator[Figure]:
    """Edit one module each round; build, then test; compare the tests with those in a venv.

    Both run the same tests, beside new servers that start and stop within the time.
    """
    ours = job.copy("edit")
    uv = peers.workspace(job.root, job.scratch / "edit-uv", job.environment, job.member)
    directory = workspace.find(ours.root, job.member).path
    tests = f"{job.member}.tests"
    ours.build(job.member, tests)
    servers = ours.servers(tests)
    counts: set[int] = set()

    def to_app(_: int) -> Usage:
        checkout.edit(directory)
        done = ours.build(job.member)
        counts.add(len(built(done.stderr)))
        return done.usage

    def to_tested(_: int) -> Usage:
        checkout.edit(directory)
        return ours.build(tests).usage

    def to_tested_in_venv(_: int) -> Usage:
        checkout.edit(workspace.find(uv.root, job.member).path)
        return uv.test(servers).usage

    usage = paired(
        {"app": to_app, "tested": to_tested, "venv": to_tested_in_venv},
        ROUNDS,
    )
    yield Figure("edit to app: derivations", max(counts), "", limit=2)
    yield Figure("edit to app: time", usage["app"].wall, "s", limit=1)
    yield Figure("edit to app: CPU", usage["app"].cpu, "s")
    yield from compare(
        "edit to tested", usage["tested"], "pytest in a plain venv", usage["venv"], wall=1.3
    )
