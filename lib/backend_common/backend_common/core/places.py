"""Where a service's files are: in a checkout, in an installation, on a machine."""

import os
import sys
from pathlib import Path

VARIABLES = ("APP_SETTINGS", "STATE_DIRECTORY", "XDG_STATE_HOME")
"""What is read from the environment alone, since it says where everything else is."""


def settings(name: str, root_path: str) -> list[Path]:
    """Tell where the settings file of a service may be, the likeliest place first.

    :param name: the service's name.
    :param root_path: the directory of its package (``app.root_path``).
    """
    if chosen := os.environ.get("APP_SETTINGS"):
        return [Path(chosen).absolute()]
    return _beside(name, root_path, "settings.py")


def migrations(name: str, root_path: str) -> Path:
    """Tell where the migrations of a service are; the arguments are those of :func:`settings`.

    Where there are none yet, this is where ``flask db init`` should put them.
    """
    places = _beside(name, root_path, "migrations")
    return next((place for place in places if place.is_dir()), places[0])


def version(name: str, root_path: str) -> Path | None:
    """Tell where ``version.json`` of a service is, if there is one; it stands beside the settings.

    The arguments are those of :func:`settings`.
    """
    places = _beside(name, root_path, "version.json")
    return next((place for place in places if place.is_file()), None)


def state(name: str) -> Path:
    """Tell where the service *name* may write; nothing is created here.

    ``STATE_DIRECTORY`` is systemd's (systemd.exec(5), ``StateDirectory=``; the first of several),
    ``XDG_STATE_HOME`` is from the XDG base directory specification, which says that a relative
    path there is to be ignored. A user without a home gets what systemd would give.
    """
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0]).absolute()
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    if base.is_absolute():
        return base / name
    try:
        return Path.home() / ".local" / "state" / name
    except RuntimeError:
        return Path("/var/lib") / name


def _beside(name: str, root_path: str, entry: str) -> list[Path]:
    """Beside the package (a checkout, an editable install), or in the environment's share/."""
    return [Path(root_path).parent / entry, Path(sys.prefix) / "share" / name / entry]
