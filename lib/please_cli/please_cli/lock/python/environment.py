"""The environment of processes that run the code of packages: build backends, and uv.

A setup.py that `please lock` runs must not find the caller's secrets: tokens in variables, keys and
passwords in the home directory.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCAL = re.compile(r"PATH|TMPDIR|LANG|LANGUAGE|LC_\w+")
_NETWORK = re.compile(
    r"(?i:https?_proxy|all_proxy|no_proxy)|SSL_CERT_(FILE|DIR)|UV_HTTP_(RETRIES|TIMEOUT)"
)


@contextmanager
def clean(*, network: bool = False) -> Iterator[dict[str, str]]:
    """Yield the variables of a process: an allow-list of the caller's, and an empty HOME.

    `network` adds those for requests: proxies, certificates, and the cache of uv.
    """
    allowed = [_LOCAL, _NETWORK] if network else [_LOCAL]
    variables = {
        name: value
        for name, value in os.environ.items()
        if any(pattern.fullmatch(name) for pattern in allowed)
    }
    if network:
        variables["UV_CACHE_DIR"] = str(_uv_cache())
    # Backends write no bytecode beside the modules that they import.
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    with tempfile.TemporaryDirectory(prefix="please-lock-home-") as home:
        yield {**variables, "HOME": home}


def caches() -> Path:
    """Return the directory of the user's caches (XDG base directory specification)."""
    found = os.environ.get("XDG_CACHE_HOME", "")
    return Path(found) if Path(found).is_absolute() else Path.home() / ".cache"


def _uv_cache() -> Path:
    """Return the directory that uv takes with the caller's own HOME."""
    if directory := os.environ.get("UV_CACHE_DIR"):
        return Path(directory).absolute()
    return caches() / "uv"
