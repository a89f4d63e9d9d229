"""What a user is told when something goes wrong."""


class NeedsError(Exception):
    """A server cannot be had; the message says why, where, and what to do next."""
