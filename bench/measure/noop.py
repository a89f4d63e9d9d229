"""A build with nothing to do: everything is built already."""

from collections.abc import Iterator

from bench import peers
from bench.figure import Figure, compare
from bench.job import Job
from bench.rounds import paired

ROUNDS = 15


def measure(job: Job) -> Iterator[Figure]:
    """Compare a build and an evaluation with those of a bare derivation, and with uv sync."""
    ours, bare = job.copy("noop"), job.bare()
    uv = peers.workspace(job.root, job.scratch / "noop-uv", job.environment, job.member)
    ours.build(job.member)
    bare.build()
    usage = paired(
        {
            "build": lambda _: ours.build(job.member).usage,
            "bare build": lambda _: bare.build().usage,
            "evaluation": lambda _: ours.instantiate(job.member).usage,
            "bare evaluation": lambda _: bare.instantiate().usage,
            "uv": lambda _: uv.sync().usage,
        },
        ROUNDS,
    )
    yield from compare(
        "no-op nix-build", usage["build"], "bare derivation", usage["bare build"], cpu=2.5
    )
    yield from compare("no-op nix-build", usage["build"], "uv sync --frozen", usage["uv"])
    yield from compare(
        "evaluation", usage["evaluation"], "bare derivation", usage["bare evaluation"]
    )
