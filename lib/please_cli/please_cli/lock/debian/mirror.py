"""The Debian mirror that Nix fetches the locked packages from, as a source for apt."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from please_cli import nix

ARCHIVE_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
"""Where Debian's package debian-archive-keyring keeps the keys of the archive."""


@dataclass(frozen=True)
class Mirror:
    """A mirror and the keys that it is checked with.

    Attributes:
        url: Its base URL, without a slash at the end.
        signed_by: The value of Signed-By in sources.list(5): key files, fingerprints or a key.
    """

    url: str
    signed_by: str

    def source(self, suite: str, component: str, architectures: Iterable[str]) -> str:
        """Return a .sources file with one suite and one component of the mirror.

        apt always checks the signature: `Trusted: yes` in the machine's configuration is not
        part of a Mirror.
        """
        return (
            "Types: deb\n"
            f"URIs: {self.url}\n"
            f"Suites: {suite}\n"
            f"Components: {component}\n"
            f"Architectures: {' '.join(architectures)}\n"
            f"Signed-By: {self.signed_by}\n"
            # No translations, no icons.
            "Targets: Packages\n"
        )


def find(root: Path, suite: str) -> Mirror:
    """Return the mirror that the checkout at `root` builds from.

    nix/platform/debian/mirror.nix takes it from SERVICES_DEBIAN_MIRROR or from apt's configuration.
    Without Signed-By there, the keyring of the Debian archive counts.

    Raises:
        UserError: There is no mirror, or Nix fails.
    """
    options = ["--eval", "--strict", "--json", "--argstr", "codename", suite]
    found = json.loads(
        nix.query("nix-instantiate", *options, str(root / "nix/platform/debian/mirror.nix"))
    )
    return Mirror(found["url"], found["signedBy"].strip(" ") or ARCHIVE_KEYRING)
