"""Finish the relocated Glewlwyd: its web pages are files of their own.

Glewlwyd serves no file that is elsewhere, but Debian links to libraries that it packages once, and
to the configuration. That link is to a directory, which upgrades have made of the file.

Runs in the prefix, by relocate.py.
"""

import shutil
from pathlib import Path

PAGES = Path("share/glewlwyd/webapp")
# In share: Glewlwyd's own files, and the schema of its database.
KEPT = ("glewlwyd", "dbconfig-common")


def resolve(link: Path) -> None:
    """Put the file or directory in the place of a link to it."""
    target = link.resolve()
    link.unlink()
    if target.is_dir():
        shutil.copytree(target, link)
    else:
        shutil.copyfile(target, link)


def main() -> None:
    """Run the build step."""
    (configuration,) = Path("etc/glewlwyd").glob("config-*.json/config.json")
    (PAGES / "config.json").unlink()
    (PAGES / "config.json").symlink_to(configuration.absolute())
    for link in sorted(path for path in PAGES.rglob("*") if path.is_symlink()):
        resolve(link)
    shutil.rmtree("etc")
    for directory in Path("share").iterdir():
        if directory.name not in KEPT:
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
