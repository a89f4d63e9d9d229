"""The errors of wheels that cannot be installed."""


class UnsoundError(ValueError):
    """A wheel that does not keep to the format; says how."""


class UnpackError(Exception):
    """An archive that cannot be unpacked; says why."""
