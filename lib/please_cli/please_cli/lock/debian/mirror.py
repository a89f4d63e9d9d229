"""The mirror of a Debian suite in the machine's apt configuration, sources.list(5).

It is the one that nix/platform/debian/mirror.nix fetches the locked packages from.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from debian.deb822 import Deb822

from please_cli.errors import UserError
from please_cli.lock.debian import apt

ARCHIVE_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
"""Where Debian's package debian-archive-keyring keeps the keys of the archive."""

MIRROR = "SERVICES_DEBIAN_MIRROR"
"""The environment variable that names a mirror in place of the machine's own."""

RELEASES = {
    *("bullseye", "bookworm", "trixie", "forky", "sid"),
    *("oldoldstable", "oldstable", "stable", "testing", "unstable"),
}
"""What Debian's releases are called in apt's configuration."""

# What apt takes for "no".
_NO = {"no", "false", "without", "off", "disable", "0"}

# A one-line entry: type, options in brackets, URI, suite, components.
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<rest>.+)")


@dataclass(frozen=True)
class Entry:
    """One entry of the configuration: mirrors, what they hold, and who signs it.

    `uris` are those over http(s), from which Nix can fetch, without a slash at the end;
    `signed_by` is empty, a path, fingerprints or a whole key, as the entry has it.
    """

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    def only(self, suite: str, component: str, architectures: Iterable[str]) -> str:
        """Return a .sources file with nothing of this entry but that suite and component.

        Signatures are always checked: a `Trusted: yes` of the machine is not passed on.
        """
        return (
            "Types: deb\n"
            f"URIs: {' '.join(self.uris)}\n"
            f"Suites: {suite}\n"
            f"Components: {component}\n"
            f"Architectures: {' '.join(architectures)}\n"
            f"Signed-By: {self.signed_by or ARCHIVE_KEYRING}\n"
            # No translations, no icons.
            "Targets: Packages\n"
        )


def choose(suite: str, component: str) -> Entry:
    """Return the machine's mirror of a suite's component, or the one in SERVICES_DEBIAN_MIRROR.

    Raises UserError when there is none.
    """
    if named := os.environ.get(MIRROR):
        return Entry((named.rstrip("/"),), (suite,), (component,))
    return find(apt.configured(), suite, component)


def find(files: Iterable[Path], suite: str, component: str) -> Entry:
    """Return the entry of `files` that a suite's component is best had from.

    That is the first that names the suite, else the first for another release of Debian: a
    mirror has them all. Others than Debian publish for its releases, so an address that ends in
    /debian goes before one that does not. Raises UserError when there is none.
    """
    having = [
        entry
        for path in files
        for entry in read(path)
        if component in entry.components and entry.uris
    ]
    fitting = [
        entry
        for wanted in ({suite}, RELEASES)
        for entry in having
        if not wanted.isdisjoint(entry.suites)
    ]
    fitting.sort(key=lambda entry: not entry.uris[0].endswith("/debian"))
    if fitting:
        return fitting[0]
    raise UserError(
        "no Debian mirror: apt's configuration (/etc/apt/sources.list, "
        "/etc/apt/sources.list.d) has none with an http(s) address, a Debian release and the "
        f"component {component}; add one there, or set {MIRROR} to the base URL of one"
    )


def read(path: Path) -> Iterator[Entry]:
    """Read the entries for binary packages in a file of either format."""
    text = path.read_text(encoding="utf-8")
    yield from _deb822(text) if path.suffix == ".sources" else _one_line(text)


def _deb822(text: str) -> Iterator[Entry]:
    for stanza in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        if (
            stanza.get("Enabled", "yes").lower() not in _NO
            and "deb" in stanza.get("Types", "").split()
        ):
            yield Entry(
                uris=_usable(stanza.get("URIs", "").split()),
                suites=tuple(stanza.get("Suites", "").split()),
                components=tuple(stanza.get("Components", "").split()),
                signed_by=stanza.get("Signed-By", ""),
            )


def _one_line(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        if found := _ONE_LINE.fullmatch(line.partition("#")[0].strip()):
            options = dict(
                option.split("=", 1) for option in (found["options"] or "").split() if "=" in option
            )
            suite, *components = found["rest"].split()
            signed_by = options.get("signed-by", "").replace(",", " ")
            yield Entry(_usable([found["uri"]]), (suite,), tuple(components), signed_by)


def _usable(uris: Iterable[str]) -> tuple[str, ...]:
    resolved = (found for uri in uris for found in _resolve(uri))
    return tuple(uri.rstrip("/") for uri in resolved if re.match("https?://", uri))


def _resolve(uri: str) -> list[str]:
    """Read an address of apt-transport-mirror(1), as cloud images have it: a mirror a line."""
    mirrors = re.fullmatch(r"mirror\+file:/*(/.*)", uri)
    if mirrors is None:
        return [uri]
    if not Path(mirrors[1]).is_file():
        return []
    lines = Path(mirrors[1]).read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip()]
