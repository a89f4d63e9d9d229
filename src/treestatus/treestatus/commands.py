"""The command ``flask treestatus``."""

from datetime import UTC, datetime, timedelta

import click
from flask.cli import AppGroup

from treestatus import pruning

group = AppGroup("treestatus", help="Look after the database of treestatus.")

KEPT = 400
"""The days for which the log is kept unless the operator says otherwise: a year, and a month."""


@group.command()
@click.option(
    "--days",
    type=click.IntRange(min=1, max=36500),
    default=KEPT,
    show_default=True,
    help="Keep what was written in the last days.",
)
def prune(days: int) -> None:
    """Delete old entries of the logs, and old changes on the stack.

    The latest entry of each tree stays, and what a change on the stack needs to be restored.
    """
    pruned = pruning.prune(datetime.now(UTC) - timedelta(days=days))
    click.echo(f"deleted {pruned} entries that are older than {days} days")
