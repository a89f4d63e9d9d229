"""The releases of Debian that a platform can be made of: nix/platform/releases/<codename>.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from please_cli.errors import UserError

DIRECTORY = "nix/platform/releases"

Components = Mapping[str, Mapping[str, list[str]]]
"""By the name of a component: its `packages`, and under `without` those that are left out."""


@dataclass(frozen=True)
class Release:
    """A release of Debian by its codename, with the components that come from it.

    Attributes:
        codename: Its codename, such as "trixie", which is also the suite on a mirror.
        components: What comes from it.
        others: The codename of the release that all other components come from, or None.
        frozen: Whether the release changes no more, so that its files stay on the mirrors.
    """

    codename: str
    components: Components
    others: str | None
    frozen: bool = False

    @property
    def path(self) -> str:
        """The path of its file in a checkout."""
        return f"{DIRECTORY}/{self.codename}.toml"


def names(root: Path) -> list[str]:
    """Return the codenames of the releases that the checkout at `root` has, sorted."""
    return sorted(path.stem for path in (root / DIRECTORY).glob("[!.]*.toml"))


def read(root: Path, codename: str) -> Release:
    """Return a release of the checkout at `root`.

    Raises:
        UserError: The file cannot be read, a component lacks one of its lists, the file names a
            release that is not there, or `frozen` is neither true nor false.
    """
    path = root / DIRECTORY / f"{codename}.toml"
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path}: cannot read the components: {error}; correct the file") from error
    others = found.pop("others", None)
    if others is not None and (others == codename or others not in names(root)):
        known = ", ".join(name for name in names(root) if name != codename) or "none"
        raise UserError(
            f"{path}: others is {others!r}, which is no other release in {DIRECTORY}, only "
            f"{known}; correct the file"
        )
    frozen = found.pop("frozen", False)
    if not isinstance(frozen, bool):
        raise UserError(f"{path}: frozen is {frozen!r}, not true or false; correct the file")
    for name, component in found.items():
        for key in ("packages", "without"):
            if not isinstance(component, dict) or not isinstance(component.get(key), list):
                raise UserError(f"{path}: {name}: {key!r} is not a list; correct the file")
    return Release(codename, found, others, frozen)
