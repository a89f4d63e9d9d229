"""Check that the lock knows the dependency groups of the workspace's own pyproject.toml.

The workspace is no package and has no metadata; the groups are all that is locked for it.

Environment, set by groups.nix: manifest (its path), lock (the path of the lock in the checkout),
declares (the lock's record of the manifest, JSON), out (an empty directory, for environments that
such a group is in).
"""

import json
import os
import tomllib
from pathlib import Path

from declared import check_lock, in_groups, in_lock


def main() -> None:
    """Run the build step."""
    env = os.environ
    manifest = tomllib.loads(Path(env["manifest"]).read_text())
    said = in_groups(manifest.get("dependency-groups", {}))
    check_lock(said, in_lock(json.loads(env["declares"])), env["lock"], "pyproject.toml")
    Path(env["out"]).mkdir()


if __name__ == "__main__":
    main()
