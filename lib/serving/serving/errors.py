"""The error that ends the command with one line."""


class ServingError(Exception):
    """A service cannot be served. The message is one line: what is wrong, where, and what to do."""
