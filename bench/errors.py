"""Errors that the user can do something about."""


class BenchError(Exception):
    """A measurement failed; the message says what is wrong, where, and what to do next."""
