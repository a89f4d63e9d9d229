"""What derivations download: read from the store, as Nix planned it."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Download:
    """A file that a derivation fetches.

    `output` is where it will be, `sha256` the hex digest of its content, and `size` how many bytes
    it may have. It comes from `url`, or from `path` on the host that the file `host` names, once
    that is built.
    """

    output: Path
    sha256: str
    size: int
    url: str = ""
    path: str = ""
    host: Path | None = None

    @property
    def address(self) -> str:
        """Its URL. Raises OSError while the file that names its host is not there."""
        return f"https://{self.host.read_text().strip()}{self.path}" if self.host else self.url


def is_store_local() -> bool:
    """Tell whether Nix opens the store itself here, as opposed to asking its daemon."""
    remote = os.environ.get("NIX_REMOTE") or "auto"
    # What Nix looks at when nobody says which it is to be.
    return os.access("/nix/var/nix", os.W_OK) if remote == "auto" else remote.startswith("local")


def real(path: str) -> Path:
    """Return where a store path is: below the root of NIX_REMOTE, if that names one."""
    query = parse_qs(urlsplit(os.environ.get("NIX_REMOTE", "")).query)
    return Path(query.get("root", [""])[0] + path)


def read(derivation: str) -> Download | None:
    """Return what a derivation downloads, None if that is not one file over HTTP(S).

    Raises OSError, ValueError or SyntaxError for one that cannot be read.
    """
    text = real(derivation).read_text(encoding="utf-8")
    # ATerm: a Python literal after the first word, which is another one for derivations that need
    # an experimental feature. To parse one that fetches nothing would cost more than this look.
    if '("outputHashMode","flat")' not in text or not text.startswith("Derive("):
        return None
    outputs, *_, variables = ast.literal_eval(text.removeprefix("Derive"))
    (_, output, _, sha256), *_ = outputs
    # The variables of nix/platform/debian/fetch.nix and nix/python/fetch/file_host.nix.
    environment = dict(variables)
    if "size" not in environment:
        return None
    size = int(environment["size"])
    if "fileHost" in environment:
        host = real(environment["fileHost"])
        return Download(real(output), sha256, size, path=environment["path"], host=host)
    url = environment.get("url", "")
    is_http = urlsplit(url).scheme in ("http", "https")
    return Download(real(output), sha256, size, url) if is_http else None
