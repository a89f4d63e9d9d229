"""Merge the parts of an environment into a farm of symlinks.

A directory that one part owns is one symlink; directories that several parts share are merged.
"""

from collections.abc import Sequence
from pathlib import Path

from collisions import Collisions, Part
from prefix import SITE_PACKAGES

# Directories of the environment itself, never a symlink to a part's.
OWN = {Path("bin"), Path("share"), Path(SITE_PACKAGES), *Path(SITE_PACKAGES).parents} - {Path()}

# Its programs are scripts.py's.
PROGRAMS = Path("bin")

# Bytecode follows its modules: link_bytecode.py.
CACHE = "__pycache__"


def merge(
    parts: Sequence[Part], out: Path, collisions: Collisions, relative: Path = Path()
) -> None:
    """Link the files of the parts in a directory, except for programs, into an environment.

    Args:
        parts: Those that have the directory, in the order of which the first counts.
        out: The environment.
        collisions: Decides about paths that several have.
        relative: The directory's path, which does not exist in the environment yet.

    Raises:
        SystemExit: Parts collide, or a file is in the place of a directory of the environment.
    """
    (out / relative).mkdir()
    owners: dict[str, list[Part]] = {}
    for part in parts:
        for name in sorted(entry.name for entry in (part.path / relative).iterdir()):
            owners.setdefault(name, []).append(part)
    owners.pop(CACHE, None)
    chosen = {}
    for name, having in sorted(owners.items()):
        path = relative / name
        directories = [part for part in having if (part.path / path).is_dir()]
        if path in OWN and len(directories) < len(having):
            part = next(part for part in having if part not in directories)
            raise SystemExit(
                f"error: {path} of {part} is a file, where an environment has a directory: leave "
                "the package out, or lock another version."
            )
        if len(directories) < len(having) and relative == PROGRAMS:
            continue
        if len(having) > 1 and directories != having:
            chosen[name] = collisions.choose(path, having)
            if chosen[name] not in directories:
                directories = []
        if path in OWN or len(directories) > 1:
            merge(directories, out, collisions, path)
        else:
            part = chosen.get(name, having[0])
            (out / path).symlink_to(part.path / path)
