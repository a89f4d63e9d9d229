"""A measured figure: ours, that of something else, and the one to reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.process import Usage


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `limit` is the figure to reach: of the ratio where there is something to compare with, else of
    `ours`, in `unit`. `least` is the same where more is better.
    """

    what: str
    ours: float
    unit: str = "s"
    against: str = ""
    theirs: float | None = None
    limit: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to theirs; None where there is nothing to compare with."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the figure to reach is reached; None where there is none."""
        value = self.ours if self.theirs is None else self.ours / self.theirs
        if self.limit is not None:
            return value <= self.limit
        return value >= self.least if self.least is not None else None


def compare(
    what: str,
    ours: Usage,
    against: str,
    theirs: Usage,
    *,
    cpu: float | None = None,
    wall: float | None = None,
) -> Iterator[Figure]:
    """Yield two figures, of CPU and of wall time; `cpu` and `wall` are the ratios to reach."""
    yield Figure(f"{what}: CPU", ours.cpu, "s", against, theirs.cpu, cpu)
    yield Figure(f"{what}: time", ours.wall, "s", against, theirs.wall, wall)
