"""Write the dist-info of a workspace member as the lock has it.

Environment, set by member.nix: metadata (a file in JSON: the text of each file by its path in
site-packages), out.
"""

import json
import os
from pathlib import Path

from prefix import SITE_PACKAGES


def main() -> None:
    """Run the build step."""
    metadata: dict[str, str] = json.loads(Path(os.environ["metadata"]).read_text("utf-8"))
    site = Path(os.environ["out"]) / SITE_PACKAGES
    for name, text in metadata.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for directory in site.iterdir():
        (directory / "INSTALLER").write_text("nix\n")


if __name__ == "__main__":
    main()
