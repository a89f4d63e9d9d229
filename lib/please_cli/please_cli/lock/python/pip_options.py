"""What pip makes of its configuration files and variables: pip itself reads them."""

import contextlib
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from optparse import Values

from pip._internal.commands import create_command
from pip._internal.exceptions import PipError

from please_cli.errors import UserError
from please_cli.lock.python import logins

# What reading changes is the whole process's: standard error, sys.prefix.
_READING = threading.Lock()


def read() -> Values:
    """Return the options of `pip install` on this machine.

    Raises UserError, without a login in it, when pip cannot read its configuration.
    """
    with _READING:
        return _read()


def _read() -> Values:
    said = io.StringIO()
    # pip reports a broken setting to its log, or to standard error, and leaves.
    handler = logging.StreamHandler(said)
    log = logging.getLogger("pip")
    log.addHandler(handler)
    try:
        with _as_in_virtual_environment(), contextlib.redirect_stderr(said):
            command = create_command("install")
            options: Values = command.parse_args(["--no-cache-dir", "--no-input"])[0]
    except (PipError, SystemExit) as error:
        reason = str(error) if isinstance(error, PipError) else said.getvalue()
        *_, last = reason.strip().splitlines() or ["it does not say why"]
        raise UserError(
            f"pip cannot read its configuration: {logins.redact(last)}; correct it (`pip config "
            "debug` lists the files)"
        ) from None
    finally:
        log.removeHandler(handler)
    return options


@contextlib.contextmanager
def _as_in_virtual_environment() -> Iterator[None]:
    """Let pip find the pip.conf of the active virtual environment, as the user's own pip does."""
    prefix = sys.prefix
    sys.prefix = os.environ.get("VIRTUAL_ENV") or prefix
    try:
        yield
    finally:
        sys.prefix = prefix
