"""The size of the closure of a service, unpacked."""

from collections.abc import Iterator

from bench.figure import Figure
from bench.job import Job
from bench.toolchain import name_of, size

MEGA = 1_000_000
SMALL = MEGA // 10
"""Packages below this size, in bytes, are one figure together."""


def measure(job: Job) -> Iterator[Figure]:
    """Measure the size of each package of the closure, the largest first."""
    ours = job.copy("closure")
    paths = ours.query("--requisites", ours.path(job.member))
    sizes = {name_of(path): size(path) for path in paths}
    yield Figure("closure: total", sum(sizes.values()) / MEGA, "MB", limit=115)
    large = {name: bytes_ for name, bytes_ in sizes.items() if bytes_ >= SMALL}
    for name, bytes_ in sorted(large.items(), key=lambda item: -item[1]):
        yield Figure(f"closure: {name}", bytes_ / MEGA, "MB")
    rest = len(sizes) - len(large)
    smaller = sum(sizes.values()) - sum(large.values())
    yield Figure(f"closure: {rest} smaller ones together", smaller / MEGA, "MB")
