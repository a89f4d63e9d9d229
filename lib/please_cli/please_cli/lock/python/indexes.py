"""The package index that pip is configured for on this machine, told to uv."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pip._internal.commands import create_command

MACHINE = Path("/etc/ssl/certs/ca-certificates.crt")
"""The certificate authorities that a Debian machine trusts (update-ca-certificates(8))."""


@dataclass(frozen=True)
class Indexes:
    """Where packages come from. URLs are as pip's configuration has them, or pip's default."""

    default: str
    extra: Sequence[str] = ()
    trusted: Sequence[str] = ()
    certificates: str = ""
    proxy: str = ""
    offline: bool = False

    @classmethod
    def configured(cls) -> Self:
        """Return what pip itself makes of its configuration files and variables."""
        options, _ = create_command("download").parse_args([])
        return cls(
            default=options.index_url,
            extra=tuple(options.extra_index_urls),
            trusted=tuple(options.trusted_hosts),
            certificates=options.cert or "",
            proxy=options.proxy or "",
            offline=options.no_index,
        )

    def arguments(self) -> list[str]:
        """Return uv's arguments for them; an extra index that is a directory here is left out."""
        arguments = ["--default-index", self.default]
        for url in self.extra:
            if urlsplit(url).scheme in ("http", "https"):
                arguments += ["--index", url]
        for host in self.trusted:
            arguments += ["--allow-insecure-host", host]
        if self.offline:
            arguments.append("--no-index")
        return arguments

    def environment(self) -> dict[str, str]:
        """Return variables that tell uv the rest."""
        variables = {}
        given = os.environ.get("SSL_CERT_FILE", "")
        if self.certificates:
            variables["SSL_CERT_FILE"] = self.certificates
        elif MACHINE.is_file() and (not given or given.startswith("/nix/store/")):
            # An environment from the store brings authorities of its own, which know none of a
            # company's; uv has others yet. pip trusts those of the machine.
            variables["SSL_CERT_FILE"] = str(MACHINE)
        if self.proxy:
            variables["ALL_PROXY"] = self.proxy
        return variables
