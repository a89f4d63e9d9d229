"""One package index: its name in the lock, and its address."""

import json
from dataclasses import dataclass, field

from please_cli.lock.python import logins


@dataclass(frozen=True)
class Index:
    """A package index.

    Attributes:
        name: What the lock calls it: the setting of pip that names it, or the name that the
            workspace's manifest gives it. Never a host.
        address: Its URL, with the login if it has one, or the path of a directory.
        is_flat: Whether it is one page or directory of files, and not a page for each project
            (PEP 503).
    """

    name: str
    address: str = field(repr=False)
    is_flat: bool = False

    @property
    def url(self) -> str:
        """Its address without the login."""
        return logins.split(self.address)[0]

    def toml(self, default: bool = False) -> str:
        """Return the text of the index in a uv.toml.

        `default` puts it in place of uv's own default index, which is asked last.
        """
        lines = [
            "[[index]]",
            f"name = {json.dumps(self.name)}",
            f"url = {json.dumps(self.address)}",
        ]
        lines += ['format = "flat"'] if self.is_flat else []
        lines += ["default = true"] if default else []
        return "\n".join(lines) + "\n"
