"""Runs actions in turn, A B B A, so that a slow phase of the machine affects all of them."""

from collections.abc import Callable, Mapping
from statistics import median

from bench.process import Usage

Action = Callable[[int], Usage]
"""Does something once: it gets the number of the round, and returns the cost."""


def paired(actions: Mapping[str, Action], rounds: int) -> dict[str, Usage]:
    """Run all actions `rounds` times, to and fro; return the medians of each, by name."""
    taken: dict[str, list[Usage]] = {name: [] for name in actions}
    for number in range(rounds):
        order = list(actions)[:: -1 if number % 2 else 1]
        for name in order:
            taken[name].append(actions[name](number))
    return {
        name: Usage(median(usage.cpu for usage in all_), median(usage.wall for usage in all_))
        for name, all_ in taken.items()
    }
