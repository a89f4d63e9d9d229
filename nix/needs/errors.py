"""The errors that the command reports in a line, without a traceback."""


class NeedsError(Exception):
    """A server cannot be started or reached; the message says why, where, and what to do next."""
