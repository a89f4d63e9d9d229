"""Why Nix failed, in one line: what, where, and what to do next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from please_cli.errors import UserError
from please_cli.events import store_name

TAIL = 20
"""How many lines of a builder's log are shown with a failure."""

_DRV = r"'(/nix/store/[^']+\.drv)'"
# Nix 2.8; Nix 2.30 and later; a wrong hash in either.
_BUILDER = re.compile(
    rf"builder for {_DRV} failed"
    rf"|Cannot build {_DRV}\.\s*Reason: builder"
    rf"|hash mismatch in fixed-output derivation {_DRV}"
)
_CONSEQUENCE = re.compile(r"dependenc(?:y|ies) (?:of derivation .* )?failed|build of .* failed")
_NO_ATTRIBUTE = re.compile(r"attribute '[^']+' in selection path '([^']+)' not found")
_FULL = re.compile(r"No space left on device|database or disk is full")
_MISSING_DEB = re.compile(r"\S*?(pool/\S+?\.deb)\b.*\b(?:404|410|does not exist)")
_UNREACHABLE = re.compile(
    r"unable to download|bad address|[Tt]emporary failure in name resolution"
    r"|[Nn]etwork is unreachable|[Cc]ould ?n[o']t (?:resolve host|connect)|[Nn]o route to host"
)
_OWN_ERROR = re.compile(r"error: (.+)")


@dataclass
class Failure:
    """What is known of a failed call of Nix.

    `errors` are Nix's own, in order; `logs` the lines of each builder, by the path of its
    derivation.
    """

    errors: list[str] = field(default_factory=list)
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def derivations(self) -> list[str]:
        """Return the paths of the derivations whose own builder failed."""
        found = []
        for error in self.errors:
            for match in _BUILDER.finditer(error):
                found.append(next(filter(None, match.groups())))
        return list(dict.fromkeys(found))

    def error(self) -> UserError:
        """Return the failure as it is told to the user."""
        everything = "\n".join(
            [*self.errors, *(line for log in self.logs.values() for line in log)]
        )
        if _FULL.search(everything):
            return UserError(
                "no space left on the device; make room (`nix-collect-garbage` deletes what is "
                "no longer in use), then run it again"
            )
        if failed := self.derivations():
            return self._build_error(failed[0])
        causes = [error for error in self.errors if not _CONSEQUENCE.search(error)] or self.errors
        if not causes:
            return UserError("Nix failed and did not say why; run the same nix-build by hand")
        if match := _NO_ATTRIBUTE.search(causes[0]):
            return UserError(
                f"default.nix has no attribute {match[1]!r}; `./please list` shows the services "
                "and libraries, README.md what each of them has"
            )
        return _first_line(causes[0])

    def _build_error(self, derivation: str) -> UserError:
        name, log = store_name(derivation), self.logs.get(derivation, ())
        said = "\n".join([*log, *self.errors])
        if match := _MISSING_DEB.search(said):
            return UserError(
                f"{match[1]} has left the Debian mirror; run `./please lock --platform`, which "
                "locks what the mirror has now"
            )
        details = "\n".join([*log[-TAIL:], f"(all of it: nix-store --read-log {derivation})"])
        if _UNREACHABLE.search(said):
            return UserError(
                f"{name} cannot be fetched; check the network and the machine's apt and pip "
                "configuration, then run it again",
                details,
            )
        if own := [match[1] for line in log if (match := _OWN_ERROR.match(line))]:
            return UserError(f"{name}: {own[-1]}", details)
        mismatch = next((error for error in self.errors if "hash mismatch" in error), None)
        if mismatch and derivation in mismatch:
            return UserError(
                f"{name} is not the file that the lock names: its hash differs; look at the "
                "package index or mirror before you lock again",
                mismatch.partition("\n")[2],
            )
        return UserError(f"{name} failed to build; its log ends like this:", details)


def _first_line(text: str) -> UserError:
    line, _, rest = text.partition("\n")
    return UserError(line, rest)
