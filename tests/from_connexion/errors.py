"""The error that ends the command."""


class ReplayError(Exception):
    """The requests cannot be replayed; the message says why, and what to do."""
