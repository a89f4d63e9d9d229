"""Tokens that the bearer of a token issues: none lives longer, or may do more, than that token.

Otherwise a token that leaked, and is about to end, would be as good as one that never ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend_common.auth import challenge
from backend_common.auth.user import User

IRREVOCABLE = timedelta(hours=1)
"""How long a token may last that cannot be revoked, although the token of its issuer can be."""

GRANT = "grant"
"""A caller with the permission ``<service>/grant/P`` may issue tokens with the permission P."""


class LifeError(ValueError):
    """A token would outlive the token whose bearer issues it."""


def require_permissions(caller: User | None, service: str, granted: Sequence[str]) -> None:
    """Refuse to issue a token that may do more than *caller*.

    :param caller: issues the token; None is the service itself, which may issue any.
    :param service: the name of the service.
    :param granted: the permissions of the new token.
    :raises Forbidden: the caller has neither a permission of these, nor may it grant it.
    """
    if caller is None:
        return
    lacking = [
        name
        for name in granted
        if not caller.has([name]) and not caller.has([f"{service}/{GRANT}/{name}"])
    ]
    if lacking:
        raise challenge.insufficient(service, (tuple(lacking),))


def latest_end(
    caller: User | None, irrevocable: timedelta | None, now: datetime
) -> datetime | None:
    """Return when a token that *caller* issues must end at the latest; None for no limit.

    :param irrevocable: how long a token may last that cannot be revoked, although the token of
        the caller can be; None for a new token that is revoked together with it.
    """
    if caller is None:
        return None
    ends = [caller.expires] if caller.expires else []
    if irrevocable is not None and caller.revocable:
        ends.append(now + irrevocable)
    return min(ends, default=None)


def end(
    wanted: datetime | None, usual: datetime | None, latest: datetime | None
) -> datetime | None:
    """Return when a new token ends; None for never.

    :param wanted: when the caller wants it to end; None for *usual*, or *latest* if that is before.
    :param latest: what :func:`latest_end` returned.
    :raises LifeError: *wanted* is after *latest*.
    """
    if latest is None:
        return wanted or usual
    if wanted is None:
        return min(usual or latest, latest)
    if wanted > latest:
        message = (
            "a token cannot outlive the token whose bearer issues it: it must end by "
            f"{latest.isoformat(timespec='seconds')}"
        )
        raise LifeError(message)
    return wanted
