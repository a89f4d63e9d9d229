"""Which packages may have another version, or another index, than in the lock so far."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from packaging.utils import canonicalize_name

from please_cli.errors import UserError
from please_cli.lock.python.layout import Lock

EVERYTHING = "*"
"""Among the upgrades: every package."""


@dataclass(frozen=True)
class Upgrades:
    """What `please lock` is asked to move.

    Attributes:
        names: The packages that may have another version, by normalized name.
        everything: Whether all packages may.
        accepted: Those that may come from another index, by normalized name.
    """

    names: frozenset[str]
    everything: bool
    accepted: frozenset[str]

    @classmethod
    def asked(cls, upgrades: Collection[str], accepted: Collection[str], before: Lock) -> Self:
        """Return what `--upgrade` and `--accept-index` name.

        Raises UserError for a name that the lock `before` does not have.
        """
        found = cls(
            frozenset(canonicalize_name(name) for name in upgrades if name != EVERYTHING),
            EVERYTHING in upgrades,
            frozenset(map(canonicalize_name, accepted)),
        )
        _check_known(found.names, before, "upgrade")
        _check_known(found.accepted, before, "accept the index of")
        return found

    def has(self, names: Collection[str]) -> bool:
        """Tell whether one of these packages may have another version."""
        return self.everything or bool(self.names & {*names})


def _check_known(names: Collection[str], before: Lock, action: str) -> None:
    """Raise UserError for a name that is not locked; `action` is what was to be done with it."""
    known: dict[str, object] = dict(before.members) if action != "upgrade" else {}
    for resolve in before.resolves:
        known |= before.packages(resolve)
    for content in before.builds.values():
        for each in content["sets"].values():
            known |= each["packages"]
    for name in sorted(names):
        if name not in known:
            close = difflib.get_close_matches(name, known)
            hint = f"did you mean {' or '.join(close)}?" if close else "see the names there"
            raise UserError(
                f"cannot {action} {name!r}: no such package in nix/lock/python/; {hint}"
            )
