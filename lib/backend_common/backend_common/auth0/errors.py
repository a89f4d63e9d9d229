"""What goes wrong with a login."""

LOST = "This login has expired, or did not begin here."


class ProviderError(Exception):
    """The provider does not answer, or not as it must."""


class LoginError(Exception):
    """A login did not come to its end; the text says why, for the user to read."""


class SpentError(LoginError):
    """The provider does not take the code: it was used already, or is too old."""
