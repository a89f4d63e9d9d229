"""Entering a development shell that was entered before."""

from collections.abc import Iterator
from dataclasses import replace

from bench.figure import Figure
from bench.job import Job
from bench.rounds import paired

ROUNDS = 15


def measure(job: Job) -> Iterator[Figure]:
    """Enter the member's shell and leave it."""
    ours = job.copy("shell")
    bash = ours.path("toolchain.platform.bash") / "bin/bash"
    ours = replace(ours, environment={**ours.environment, "NIX_BUILD_SHELL": str(bash)})
    ours.shell(job.member)
    usage = paired({"shell": lambda _: ours.shell(job.member).usage}, ROUNDS)["shell"]
    yield Figure("warm nix-shell: time", usage.wall, "s", limit=0.2)
    yield Figure("warm nix-shell: CPU", usage.cpu, "s")
