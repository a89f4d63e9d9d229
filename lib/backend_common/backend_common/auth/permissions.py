"""Permissions: names with slashes, such as ``treestatus/trees/update``, the service's name first.

Who is granted ``treestatus/*`` has every permission that begins with ``treestatus/``.
"""

import re
from collections.abc import Iterable
from typing import Any

Roles = tuple[tuple[str, ...], ...]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9._:-]+)*(/\*)?")


def is_permission(value: Any) -> bool:
    """Tell whether *value* is the name of a permission, or of many (``prefix/*``)."""
    return isinstance(value, str) and len(value) <= 255 and _NAME.fullmatch(value) is not None


def are_permissions(value: Any) -> bool:
    """Tell whether *value* is a list of permissions."""
    return isinstance(value, list) and all(map(is_permission, value))


def covers(granted: str, needed: str) -> bool:
    """Tell whether who is *granted* the one permission has the *needed* one."""
    return granted == needed or (granted.endswith("/*") and needed.startswith(granted[:-1]))


def shared(ones: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Return the permissions that *ones* and *others* both grant.

    Example: ``["shop/*"]`` and ``["shop/orders/*", "mail/send"]`` share ``shop/orders/*``.
    """
    pairs = [(one, other) for one in ones for other in others]
    return frozenset(
        [one for one, other in pairs if covers(other, one)]
        + [other for one, other in pairs if covers(one, other)]
    )


def roles(permissions: Any) -> Roles:
    """Return the roles, any of which will do, that *permissions* describe.

    :param permissions: a list of permissions is one role, which has all of them; a list of such
        lists is several roles. An empty list is the role of everybody who is known.
    :raises ValueError: it is neither.
    """
    if are_permissions(permissions):
        return (tuple(permissions),)
    if isinstance(permissions, list) and all(map(are_permissions, permissions)):
        return tuple(map(tuple, permissions))
    message = (
        f"{permissions!r} are no permissions: write a list of names such as "
        "'shop/orders/update' or 'shop/*' (one role), or a list of such lists (several roles)"
    )
    raise ValueError(message)
