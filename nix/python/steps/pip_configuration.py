"""pip's configuration in a build: the machine's files without logins, and the logins beside them.

nix/python/fetch/pip.nix leaves the userinfo out of what a derivation contains. A login comes by an
impure variable instead: SERVICES_PIP_CREDENTIALS, which ./please sets, or a PIP_* variable.
"""

import json
import os
import sys
from optparse import Values
from pathlib import Path
from typing import Any

CREDENTIALS = "SERVICES_PIP_CREDENTIALS"
"""JSON: `urls`, a list of URLs with userinfo, and `netrc`, the text of a netrc(5) file."""


def lay_out(configuration: dict[str, Any], credentials: dict[str, Any] | None, root: Path) -> None:
    """Write pip's configuration files and netrc below a directory, where pip will find them.

    Sets the variables that lead pip there; a PIP_* variable that is set already stays.

    Args:
        configuration: `files`, texts by place, and `variables`, values by name.
        credentials: What CREDENTIALS says, None without it.
        root: An existing, private directory.
    """
    for place, text in configuration["files"].items():
        _write(root / place, text)
    for name, value in configuration["variables"].items():
        if not os.environ.get(name):
            os.environ[name] = value
    numbers = [int(place.split("/")[1]) for place in configuration["files"] if "global/" in place]
    directories = [str(root / f"global/{number}") for number in sorted(numbers)]
    os.environ["XDG_CONFIG_DIRS"] = ":".join(directories or [str(root / "global")])
    os.environ["HOME"] = str(root / "home")
    os.environ["XDG_CONFIG_HOME"] = str(root / "home/.config")
    sys.prefix = str(root / "site")
    if "named/pip.conf" in configuration["files"]:
        os.environ["PIP_CONFIG_FILE"] = str(root / "named/pip.conf")
    elif not configuration["files"]:
        # As pip.nix found none, or was told to take none: nor those of a host without a sandbox.
        os.environ["PIP_CONFIG_FILE"] = os.devnull
    os.environ["NETRC"] = str(root / "home/.netrc")
    if credentials and credentials["netrc"]:
        _write(root / "home/.netrc", credentials["netrc"])


def log_in(options: Values, credentials: dict[str, Any] | None) -> None:
    """Put the userinfo back into the URLs of pip's options, in place."""
    logins = {without_login(url): url for url in (credentials or {}).get("urls", [])}

    def complete(url: str | None) -> str | None:
        return logins.get(url, url) if url else url

    options.index_url = complete(options.index_url)
    options.proxy = complete(options.proxy)
    options.extra_index_urls = [complete(url) for url in options.extra_index_urls]
    options.find_links = [complete(url) for url in options.find_links]


def without_login(url: str) -> str:
    """Return a URL without its userinfo (RFC 3986, section 3.2.1)."""
    # pip takes a proxy without a scheme.
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return f"{scheme}{separator}{rest[:end].rpartition('@')[2]}{rest[end:]}"


def read_credentials() -> dict[str, Any] | None:
    """Return what CREDENTIALS says, and take it out of the environment. None without it.

    Raises SystemExit with one line, which does not quote it, if it is not as please makes it.
    """
    text = os.environ.pop(CREDENTIALS, "")
    if not text or text == "null":
        return None
    try:
        credentials = json.loads(text)
        found = {"urls": list(credentials["urls"]), "netrc": str(credentials["netrc"])}
    except (ValueError, KeyError, TypeError):
        raise SystemExit(
            f"error: {CREDENTIALS} is not the JSON of nix/python/fetch/credentials.nix. Unset it "
            "and build with ./please, which sets it."
        ) from None
    return found


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
