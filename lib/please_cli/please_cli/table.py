"""The counts of tests, for people to read."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from please_cli.results import Result


def show(results: Sequence[Result], console: Console | None = None) -> None:
    """Print a table of results, to stdout unless a console is given."""
    (console or Console()).print(table(results))


def table(results: Sequence[Result]) -> Table:
    """Return the results for people to read."""
    shown = Table(box=SIMPLE)
    shown.add_column("")
    for column in ("passed", "failed", "skipped", "seconds"):
        shown.add_column(column, justify="right")
    for result in results:
        shown.add_row(
            Text(result.name),
            str(result.passed),
            str(result.failed or ""),
            str(result.skipped or ""),
            f"{result.seconds:.1f}" if result.seconds else "",
            style="red" if result.failed else "",
        )
    return shown
