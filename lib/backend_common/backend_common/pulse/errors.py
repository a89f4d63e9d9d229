"""What may go wrong with a message."""


class PulseError(Exception):
    """A message was not published."""


class BrokerError(PulseError):
    """The broker cannot be reached, refuses, or did not confirm in time."""


class UnroutableError(PulseError):
    """The broker has no queue for a message, and so did not keep it."""


class NotNow(Exception):  # noqa: N818  what a handler says, as HTTP's errors are called
    """What a handler raises that cannot do its work now: the message is delivered again later."""
