"""Why Nix failed, in one line: what, where, and what to do next."""

import re
from collections.abc import Iterable, Mapping, Sequence

from please_cli.damage import Damage
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
_NO_SOURCES = re.compile(r"opening file ['\"]([^'\"]*/sources\.list[^'\"]*)['\"]: ([^\n]+)")
_FULL = re.compile(r"No space left on device|database or disk is full")
# Of nix/platform/debian/fetch.sh, which looked everywhere; and of Nix's own downloader.
_NO_DEB = re.compile(r"error: (pool/\S+\.deb cannot be fetched\. .+)")
_MISSING_DEB = re.compile(r"unable to download\b.*?(pool/\S+?\.deb)\b.*\b(?:404|410)\b")
_UNREACHABLE = re.compile(
    r"unable to download|bad address|[Tt]emporary failure in name resolution"
    r"|[Nn]etwork is unreachable|[Cc]ould ?n[o']t (?:resolve host|connect)|[Nn]o route to host"
)
_OWN_ERROR = re.compile(r"error: (.+)")
_TOO_LONG = re.compile(r"error: (.+ sent more than .+)")


class NixError(UserError):
    """A call of Nix failed.

    `errors` are Nix's own, in order; `logs` the lines of each builder, by the path of its
    derivation. `derivations` are the paths of those whose own builder failed. `damage` is that of
    the store, if it may be the cause.
    """

    def __init__(
        self,
        errors: Sequence[str] = (),
        logs: Mapping[str, Sequence[str]] | None = None,
        damage: Damage | None = None,
    ) -> None:
        self.derivations = failed(errors)
        self.damage = damage
        line, details = _explain(self.derivations, errors, logs or {})
        if damage:
            line, details = damage.line, f"{line}\n{details}\n\n{damage.details}"
        super().__init__(line, details)


def failed(errors: Iterable[str]) -> list[str]:
    """Return the derivations whose own builder failed, as Nix's errors name them."""
    matches = (match for error in errors for match in _BUILDER.finditer(error))
    return list(dict.fromkeys(next(filter(None, match.groups())) for match in matches))


def _explain(
    failed: Sequence[str], errors: Sequence[str], logs: Mapping[str, Sequence[str]]
) -> tuple[str, str]:
    """Return the line and the details for the user."""
    everything = "\n".join([*errors, *(line for log in logs.values() for line in log)])
    if _FULL.search(everything):
        return (
            "no space left on the device; make room (`nix-collect-garbage` deletes what is "
            "no longer in use), then run it again"
        ), ""
    if failed:
        return _explain_build(failed[0], errors, logs.get(failed[0], ()))
    causes = [error for error in errors if not _CONSEQUENCE.search(error)] or errors
    if not causes:
        return "Nix failed and did not say why; run the same nix-build by hand", ""
    if match := _NO_ATTRIBUTE.search(causes[0]):
        return (
            f"default.nix has no attribute {match[1]!r}; `./please list` shows the services "
            "and libraries, README.md what each of them has"
        ), ""
    if match := _NO_SOURCES.search(causes[0]):
        return (
            f"{match[1]}: {match[2]}; correct the file, or set SERVICES_DEBIAN_MIRROR to the "
            "base URL of a Debian mirror"
        ), ""
    line, _, rest = causes[0].partition("\n")
    return line, rest


def _explain_build(derivation: str, errors: Sequence[str], log: Sequence[str]) -> tuple[str, str]:
    name = store_name(derivation)
    said = "\n".join([*log, *errors])
    if line := _explain_deb(said):
        return line, ""
    own = [match[1] for line in log if (match := _OWN_ERROR.match(line))]
    # Its own error is the line itself, and not said again.
    rest = [line for line in log if not own or line != f"error: {own[-1]}"]
    details = "\n".join([*rest[-TAIL:], f"(all of it: nix-store --read-log {derivation})"])
    if match := _TOO_LONG.search(said):
        return f"{name}: {match[1]}", details if rest else ""
    # A test, and a build backend, may look for a network, which their builds do not have.
    is_other = name.endswith("-tests") or (own and not _UNREACHABLE.search(own[-1]))
    if _UNREACHABLE.search("\n".join(errors) if is_other else said):
        return (
            f"{name} cannot be fetched; check the network and the machine's apt and pip "
            "configuration, then run it again"
        ), details
    if own:
        return f"{name}: {own[-1]}", details if rest else ""
    mismatch = next((error for error in errors if "hash mismatch" in error), None)
    if mismatch and derivation in mismatch:
        return (
            f"{name} is not the file that the lock names: its hash differs; look at the "
            "package index or mirror before you lock again"
        ), mismatch.partition("\n")[2]
    return f"{name} failed to build; its log ends like this:", details


def _explain_deb(said: str) -> str:
    """Return the line about a Debian package that is nowhere; empty if that is not the cause."""
    if match := _NO_DEB.search(said):
        return match[1]
    if match := _MISSING_DEB.search(said):
        return (
            f"{match[1]} has left the Debian mirror; run `./please lock --platform`, which locks "
            "what the mirror has now, or set SERVICES_DEBIAN_MIRROR to the snapshot that the lock "
            "names, in an archive of Debian snapshots (docs/platform.md)"
        )
    return ""
