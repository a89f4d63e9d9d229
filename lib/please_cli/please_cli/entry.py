"""How a program of this package ends: an exit status, one clear line, never a traceback."""

import errno
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from please_cli.errors import UserError

INTERRUPTED = 128 + signal.SIGINT
"""The exit status after Ctrl-C, as shells have it."""


def call(command: click.Command, name: str) -> NoReturn:
    """Run a command as the program `name`, with this process's arguments, and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        status = _run(command, name)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, `head` say, has seen enough; nothing more can be written to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    sys.exit(status)


def _run(command: click.Command, name: str) -> int:
    try:
        with command.make_context(name, sys.argv[1:]) as context:
            status = command.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"{name}: interrupted; nothing is left half done", err=True)
        return INTERRUPTED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        UserError(f"no space left on the device{_at(error)}; make room, then run it again").show()
        return 1
    return status if isinstance(status, int) else 0


def _at(error: OSError) -> str:
    return f" of {error.filename}" if error.filename else ""


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    # As an exception, so that children are stopped on the way out.
    sys.exit(128 + number)
