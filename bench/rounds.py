"""Takes turns: A B A B, so that a machine that slows down slows both."""

from collections.abc import Callable, Mapping
from statistics import median

from bench.process import Usage

Action = Callable[[int], Usage]
"""Does something once, given the number of the round, and says what it cost."""


def paired(actions: Mapping[str, Action], rounds: int) -> dict[str, Usage]:
    """Do all actions in turn, `rounds` times; return the medians of each, by name."""
    taken: dict[str, list[Usage]] = {name: [] for name in actions}
    for number in range(rounds):
        for name, action in actions.items():
            taken[name].append(action(number))
    return {
        name: Usage(median(usage.cpu for usage in all_), median(usage.wall for usage in all_))
        for name, all_ in taken.items()
    }
