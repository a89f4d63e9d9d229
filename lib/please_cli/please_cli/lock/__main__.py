"""`python -m please_cli.lock`: writes nix/lock/*.json. `please lock` runs it in its environment."""

from pathlib import Path

import click

from please_cli import entry, workspace
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.changes import changes
from please_cli.lock.debian import platform as debian
from please_cli.lock.python import packages as python


@click.command("please lock")
@click.option("--upgrade", "upgrades", multiple=True, metavar="NAME", help="Move this package.")
@click.option("--platform", is_flag=True, help="Refresh the Debian packages, and nothing else.")
@click.option("--check", is_flag=True, help="Write nothing; fail if anything would move.")
def main(upgrades: tuple[str, ...], platform: bool, check: bool) -> None:
    """Lock the Python packages of the workspace, or the platform."""
    if platform and upgrades:
        raise click.UsageError(
            "--platform locks Debian packages and --upgrade moves a Python package; "
            "run one after the other"
        )
    root = workspace.root()
    lockfile = debian.LOCKFILE if platform else python.LOCKFILE
    before = lockfile.read(root)
    after = debian.lock(root) if platform else python.lock(root, before, upgrades)
    moved = changes(lockfile.versions(before), lockfile.versions(after))
    for line in moved:
        click.echo(line)
    path = root / lockfile.path
    text = document.render(after, lockfile.levels)
    if check:
        verify(path, text, lockfile.command)
    changed = document.write(path, text)
    click.echo(f"{lockfile.path}: {summary(changed, len(moved))}")


def summary(changed: bool, moved: int) -> str:
    """Return what happened to a lock, in a few words."""
    if not changed:
        return "unchanged"
    if not moved:
        return "no package moved, but what is known of them"
    return f"{moved} package{'s' if moved > 1 else ''} moved"


def verify(path: Path, text: str, command: str) -> None:
    """Raise UserError unless the lock at `path` says `text`."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        raise UserError(f"{path} is out of date; run `{command}`")


if __name__ == "__main__":
    entry.call(main, "please lock")
