"""What may go wrong with a message."""


class PulseError(Exception):
    """A message was not published."""


class BrokerError(PulseError):
    """The broker cannot be reached, refuses, or did not confirm in time."""


class RefusedError(BrokerError):
    """The broker refuses something, and will refuse it until somebody corrects the cause.

    Examples are a wrong password, an unknown virtual host, and a queue that exists with other
    properties. The message names it, and has no secrets.
    """


class UnroutableError(PulseError):
    """The broker has no queue for a message, and so did not keep it."""


class PoisonError(ValueError):
    """A received message can never be handled; the text says why, in few characters."""


class HandlerError(Exception):
    """A function that handles messages returned, but its work cannot be kept."""


class Retry(Exception):  # noqa: N818  named like HTTP's errors: what the handler asks for
    """A handler raises this when it cannot work now: the message is delivered again later."""
