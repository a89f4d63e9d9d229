"""What keeps a campaign from a result."""


class SoakError(Exception):
    """A campaign has no result; the message says why, and what to do next."""
