"""`python -m please_cli.lock`: writes nix/lock/*.json. `please lock` runs it in its environment."""

import os
from pathlib import Path

import click

from please_cli.lock import debian, document, python


@click.command("please lock")
@click.option("--upgrade", "upgrades", multiple=True, metavar="NAME", help="Move this package.")
@click.option("--platform", is_flag=True, help="Refresh the Debian packages, and nothing else.")
def main(upgrades: tuple[str, ...], platform: bool) -> None:
    """Lock the Python packages of the workspace, or the platform."""
    if platform and upgrades:
        raise click.UsageError(
            "--platform locks Debian packages and --upgrade moves a Python package; "
            "run one after the other"
        )
    root = Path(os.environ.get("PLEASE_ROOT", "."))
    if platform:
        lock_platform(root)
    else:
        lock_python(root, upgrades)


def lock_python(root: Path, upgrades: tuple[str, ...]) -> None:
    """Write nix/lock/python.json and say what moved."""
    path = root / "nix/lock/python.json"
    before = document.read(path, "./please lock")
    after = python.lock(root, before, upgrades)
    document.write(path, document.render(after, python.LEVELS))
    report(path.relative_to(root), python.changes(before, after))


def lock_platform(root: Path) -> None:
    """Write nix/lock/debian.json and say what moved."""
    path = root / "nix/lock/debian.json"
    before = document.read(path, "./please lock --platform")
    after = debian.lock(debian.components(root / "nix/platform/components.json"))
    document.write(path, document.render(after, debian.LEVELS))
    report(path.relative_to(root), debian.changes(before, after))


def report(path: Path, lines: list[str]) -> None:
    """Print what moved in a lock."""
    for line in lines:
        click.echo(line)
    click.echo(f"{path}: {len(lines)} moved" if lines else f"{path}: nothing moved")


if __name__ == "__main__":
    main(prog_name="please lock")
