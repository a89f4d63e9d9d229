"""A measured figure: ours, that of a peer, and the goal."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.process import Usage


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `limit` is the goal: the largest ratio where there is a peer, otherwise the largest value of
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
        """The ratio of ours to theirs; None where there is no peer."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is no goal."""
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
    """Yield two figures, of CPU and of wall time; `cpu` and `wall` are their goals, as ratios."""
    yield Figure(f"{what}: CPU", ours.cpu, "s", against, theirs.cpu, cpu)
    yield Figure(f"{what}: time", ours.wall, "s", against, theirs.wall, wall)
