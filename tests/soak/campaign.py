"""What a campaign declares, what it counts, and whether that passes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from .errors import SoakError


@dataclass(frozen=True)
class Campaign:
    """The declaration of a campaign.

    Attributes:
        tried: What it tries, in the plural: `requests`.
        mark: The pass mark: by what is counted, how many are allowed, such as `{"failed": 0}`.
        servers: The names of the servers that it runs on (docs/needs.md).
    """

    tried: str
    mark: Mapping[str, int]
    servers: Sequence[str]


@dataclass(frozen=True)
class Tally:
    """The result of a campaign.

    Attributes:
        tried: How many were tried.
        planned: How many have to be tried for the counts to mean something.
        counts: The counts, by the keys of the pass mark.
        notes: Lines that explain the counts.
    """

    tried: int
    planned: int
    counts: Mapping[str, int]
    notes: Sequence[str] = ()

    def print(self) -> None:
        """Print the tally on one line, for `read`."""
        print(json.dumps(asdict(self)))


def read(printed: str) -> Tally:
    """Return the tally that a campaign printed last.

    Raises:
        SoakError: The campaign printed no tally.
    """
    try:
        return Tally(**json.loads(printed.splitlines()[-1]))
    except (IndexError, TypeError, ValueError) as error:
        raise SoakError(
            f"its last line is not a tally: {printed[-100:]!r}; let it end with Tally.print()"
        ) from error


def passes(campaign: Campaign, tally: Tally) -> bool:
    """Tell whether enough was tried, and no count is above the pass mark.

    Raises:
        SoakError: The counts are not those of the pass mark.
    """
    if tally.counts.keys() != campaign.mark.keys():
        raise SoakError(
            f"it counted {sorted(tally.counts)}, but its pass mark is about "
            f"{sorted(campaign.mark)}; make CAMPAIGN and the tally agree"
        )
    enough = tally.tried >= tally.planned
    return enough and all(tally.counts[what] <= most for what, most in campaign.mark.items())


def line(name: str, campaign: Campaign, tally: Tally) -> str:
    """Return one line: the campaign, its verdict, what it counted, and its pass mark.

    Raises:
        SoakError: The counts are not those of the pass mark.
    """
    verdict = "passed" if passes(campaign, tally) else "FAILED"
    counts = "; ".join(
        f"{tally.counts[what]:,} {what} (at most {most:,})" for what, most in campaign.mark.items()
    )
    few = "" if tally.tried >= tally.planned else f" of {tally.planned:,} planned"
    return f"{name}: {verdict}: of {tally.tried:,} {campaign.tried}{few}: {counts}"
