"""`python -m please_cli.lock`: writes nix/lock/. `please lock` runs it in its environment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from please_cli import entry, process, workspace
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.changes import changes
from please_cli.lock.debian import platform as debian
from please_cli.lock.debian import releases
from please_cli.lock.document import Document, Lockfile
from please_cli.lock.python import layout, locking, resolves, unchanged
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.upgrades import EVERYTHING


@dataclass(frozen=True)
class Plan:
    """The files of a lock as they have to be, and the paths of those that have to go.

    `before` is the content of the files so far; a file that is not there yet has none.
    """

    before: Mapping[Lockfile, Document]
    after: Mapping[Lockfile, Document]
    obsolete: Iterable[str] = ()


@click.command("please lock", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--upgrade",
    "upgrades",
    multiple=True,
    is_flag=False,
    flag_value=EVERYTHING,
    metavar="[NAME]",
    help="Take a newer version of this package; without a name, of all packages.",
)
@click.option(
    "--accept-index",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Let this package come from another index than before.",
)
@click.option(
    "--platform",
    "releases_asked",
    multiple=True,
    is_flag=False,
    flag_value=EVERYTHING,
    metavar="[RELEASE]",
    help="Refresh the Debian packages of this release, or of all, and nothing else.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if the lock is out of date.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would change.")
def main(
    upgrades: tuple[str, ...],
    accepted: tuple[str, ...],
    releases_asked: tuple[str, ...],
    *,
    check: bool,
    dry_run: bool,
) -> None:
    """Lock the Python packages of the workspace, or the Debian packages of the platform."""
    if releases_asked and (upgrades or accepted):
        option = "--upgrade" if upgrades else "--accept-index"
        raise click.UsageError(
            f"--platform locks Debian packages and {option} moves a Python package; "
            "run one after the other"
        )
    root = workspace.root()
    if releases_asked:
        plan = plan_platform(root, releases_asked)
    else:
        plan = plan_packages(root, upgrades, accepted)
    texts = {file: document.render(content, file.levels) for file, content in plan.after.items()}
    changed = [file for file, text in texts.items() if not document.has(root / file.path, text)]
    for file in changed:
        moved = changes(file.versions(plan.before.get(file, {})), file.versions(plan.after[file]))
        for line in moved:
            click.echo(line)
        click.echo(f"{file.path}: {summary(len(moved))}")
    for path in plan.obsolete:
        click.echo(f"{path}: removed")
    _finish(root, plan, {file: texts[file] for file in changed}, check=check, dry_run=dry_run)
    if releases_asked and not (check or dry_run):
        for line in other_pythons(root):
            click.echo(line)


def _finish(
    root: Path, plan: Plan, changed: Mapping[Lockfile, str], *, check: bool, dry_run: bool
) -> None:
    """Write the files that changed and remove those that have to go, or say that this is left.

    Raises UserError for a lock that is out of date, with `check`.
    """
    outdated = [*(file.path for file in changed), *plan.obsolete]
    if not outdated:
        click.echo("nix/lock: up to date")
    elif check:
        command = next(iter(plan.after)).command
        raise UserError(f"out of date: {', '.join(outdated)}; run `{command}`")
    elif dry_run:
        click.echo("nothing is written (--dry-run)")
    else:
        document.write({root / file.path: text for file, text in changed.items()})
        for path in plan.obsolete:
            (root / path).unlink()


def plan_platform(root: Path, asked: Collection[str]) -> Plan:
    """Return the locks of the Debian packages of the releases that are asked for, or of all."""
    known = releases.names(root)
    if unknown := sorted(set(asked) - {*known, EVERYTHING}):
        raise UserError(
            f"there is no release {', '.join(unknown)}, only {', '.join(known)} "
            f"({releases.DIRECTORY}); correct the name"
        )
    wanted = known if EVERYTHING in asked else sorted(set(asked))
    found = [releases.read(root, codename) for codename in wanted]
    with process.threads() as pool:
        locks = list(pool.map(lambda release: debian.lock(root, release), found))
    files = [debian.lockfile(codename) for codename in wanted]
    return Plan({file: file.read(root) for file in files}, dict(zip(files, locks, strict=True)))


def plan_packages(root: Path, upgrades: Iterable[str], accepted: Iterable[str] = ()) -> Plan:
    """Return the lock of the Python packages and of the members."""
    before = layout.read(root, resolves.names(root))
    after = locking.lock(root, before, list(upgrades), list(accepted), marks=unchanged.directory())
    return Plan(before.files(), after.files(), layout.obsolete(root, after))


def other_pythons(root: Path) -> Iterable[str]:
    """Yield a line for each resolve that is locked for a Python other than the platform's."""
    known = resolves.platforms(root)
    for name, content in layout.read(root, list(known)).resolves.items():
        if name not in known:
            continue
        release = Interpreter.locked(root, known[name]).release
        if (locked := content.get("python", release)) != release:
            path = layout.resolve_file(name).path
            yield f"{path} is for Python {locked}, the platform has {release}: run `./please lock`"


def summary(moved: int) -> str:
    """Return what happens to a file, in a few words."""
    if not moved:
        return "no version changed, only metadata"
    return f"{moved} package{'s' if moved > 1 else ''} changed"


if __name__ == "__main__":
    entry.call(main, "please lock")
