"""Packages that are imported when they are first used: to start takes long enough without them."""

from importlib.util import find_spec


def require(*packages: str) -> None:
    """Fail at once, as ``import`` does, where *packages* are missing that are imported later.

    :raises ModuleNotFoundError: one is not installed.
    """
    for package in packages:
        if find_spec(package) is None:
            message = f"No module named {package!r}"
            raise ModuleNotFoundError(message, name=package)
