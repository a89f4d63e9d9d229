"""The error that a user sees when something goes wrong."""

import sys
from typing import IO, Any

import click


class UserError(click.ClickException):
    """One clear line (what, where, what to do next), and details below it.

    `message` is the line, `details` whatever another program said about it.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details.strip()

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line, then the details, to `file` (stderr by default)."""
        file = file or sys.stderr
        click.echo(f"error: {self.message}", file=file)
        if self.details:
            click.echo(self.details, file=file)
