"""What derivations download: read from the store, as Nix planned it."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_FLAT = '("outputHashMode","flat")'


@dataclass(frozen=True)
class Download:
    """A file that a derivation fetches.

    `output` is where it will be, `sha256` the hex digest of its content, `url` where it comes from:
    with `host`, a file that will name that once it is built, it is the path there.
    """

    output: Path
    sha256: str
    url: str
    host: Path | None = None

    @property
    def name(self) -> str:
        """Its name in the store."""
        return self.output.name.partition("-")[2]


def is_store_local() -> bool:
    """Tell whether Nix opens the store itself here, as opposed to asking its daemon."""
    remote = os.environ.get("NIX_REMOTE", "auto") or "auto"
    # What Nix looks at when nobody says which it is to be.
    return os.access("/nix/var/nix", os.W_OK) if remote == "auto" else remote.startswith("local")


def real(path: str) -> Path:
    """Return where a store path is: below the root of NIX_REMOTE, if that names one."""
    query = parse_qs(urlsplit(os.environ.get("NIX_REMOTE", "")).query)
    return Path(query.get("root", [""])[0] + path)


def read(derivation: str) -> Download | None:
    """Return what a derivation downloads, None if that is not one file of plain HTTP."""
    text = real(derivation).read_text(encoding="utf-8")
    # Derivations are in ATerm, which is a Python literal after the first word; in a derivation that
    # needs a feature that is still an experiment, that is another.
    if _FLAT not in text or not text.startswith("Derive("):
        return None
    outputs, *_, variables = ast.literal_eval(text.removeprefix("Derive"))
    (_, output, _, sha256), *_ = outputs
    environment = dict(variables)
    host = environment.get("fileHost")
    url = environment.get("path" if host else "url", "")
    if not host and urlsplit(url).scheme not in ("http", "https"):
        return None
    return Download(real(output), sha256, url, real(host) if host else None)
