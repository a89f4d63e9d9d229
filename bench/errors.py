"""What goes wrong in a way that the person at the terminal can do something about."""


class BenchError(Exception):
    """One line for the terminal: what, where, what to do next."""
