"""The commands of `please`."""

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from please_cli import entry, listing, migration, nix, results, servers, testing, workspace
from please_cli.errors import UserError
from please_cli.failures import NixError

_WITHOUT_NIX = """\
The tool that makes the lock is itself built from it. Where that is in the way, make it without Nix:
python3 -m venv .venv && .venv/bin/pip install -e 'lib/please_cli[lock]' && .venv/bin/please lock
(README.md, "When the lock is broken")"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Build, run, test and lock the services and libraries of this checkout."""


@cli.command("list", short_help="List the services and libraries.")
def list_() -> None:
    """List the services and libraries: their resolves, with the Python of each, and what they are.

    A resolve is a set of members that share one version of each package.
    """
    root = workspace.root()
    for line in listing.lines(root, workspace.members(root)):
        click.echo(line)


@cli.command(short_help="Build services or libraries.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("-o", "--out-link", type=click.Path(path_type=Path), help="Link to the result.")
def build(names: Sequence[str], out_link: Path | None) -> None:
    """Build services or libraries, and print where they are.

    An attribute such as backend_common.extras.db is a NAME too.
    """
    root = workspace.root()
    attributes = [workspace.attribute(root, name) for name in names]
    for output in nix.build(root, attributes, out_link):
        click.echo(output)


@cli.command(short_help="Copy a closure to another store.")
@click.argument("name")
@click.option("--to", "store", required=True, metavar="STORE-URL", help="Where to copy it.")
@click.argument("options", nargs=-1, metavar="[-- OPTION...]")
def copy(name: str, store: str, options: Sequence[str]) -> None:
    """Build a service or library, and copy it to another store with all that it needs.

    STORE-URL is that of Nix: ssh-ng://root@HOST is the store of a machine that has Nix,
    file:///DIRECTORY?compression=zstd and s3://BUCKET are binary caches, and /DIRECTORY is a store
    in that directory. OPTIONs after -- are those of `nix copy`: --substitute-on-destination, say.

    What is copied is verified first: it is what was built. Paths that were built here have no
    signature, and `nix copy --no-check-sigs` copies them all the same. The machine that gets them
    accepts that only from a user whom it trusts: root, or one in `trusted-users` of its nix.conf.
    """
    root = workspace.root()
    click.echo(nix.copy(root, workspace.attribute(root, name), store, options))


@cli.command(
    context_settings={"ignore_unknown_options": True}, short_help="Build a service, and serve it."
)
@click.argument("name")
@click.option(
    "--with", "needed", default="", metavar="SERVER,...", help="Start these servers for it."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(name: str, needed: str, arguments: Sequence[str]) -> None:
    """Build a service, migrate its database if it has one, and serve it.

    ARGUMENTS are the server's: --host and --port say where it listens. What the servers of --with
    store stays, and is there the next time. The service runs in development, unless the environment
    sets APP_CHANNEL.
    """
    root = workspace.root()
    member = workspace.find(root, name)
    if member.kind != "service":
        raise UserError(f"{member.name} is a library and cannot be run; see `./please list`")
    names = servers.choose(root, needed)
    (app,) = nix.build(root, [member.name])
    os.environ.setdefault("APP_CHANNEL", "development")
    os.environ.update(servers.start(root, member, names))
    if migration.needed(app, member):
        migration.migrate(app, member)
    nix.execute(str(app / "bin" / member.command), arguments)


@cli.command(short_help="Enter a development shell.")
@click.argument("name", required=False)
@click.option("--run", "command", metavar="COMMAND", help="Run this in the shell, and leave it.")
def shell(name: str | None, command: str | None) -> None:
    """Enter the development shell of a service or library, or that for everything."""
    root = workspace.root()
    arguments = [str(root / "shell.nix")]
    if name is not None:
        arguments = [str(root / "default.nix"), "-A", workspace.find(root, name).name]
    if "NIX_BUILD_SHELL" not in os.environ:
        # nix-shell would ask for the bash of <nixpkgs>, and complain where there is none.
        (bash,) = nix.build(root, ["toolchain.platform.bash"])
        os.environ["NIX_BUILD_SHELL"] = str(bash / "bin/bash")
    nix.execute("nix-shell", arguments + (["--run", command] if command is not None else []))


@cli.command(short_help="Run tests, and print the totals.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--toolchain", is_flag=True, help="Run the tests of the toolchain itself, too.")
@click.option("--all", "everything", is_flag=True, help="Run those on every Debian release, too.")
@click.option("--system", metavar="SYSTEM", help="Run them on this system, such as aarch64-linux.")
def test(names: Sequence[str], toolchain: bool, everything: bool, system: str | None) -> int:
    """Run the tests of services and libraries (all, unless named), and print the totals.

    They run in each resolve that a manifest names. Those on a Debian release that still changes,
    whose files leave the mirrors, run with --all alone.

    Those of another SYSTEM run under emulation, which takes several times as long. Where this
    machine lacks something for it, the error says what.
    """
    if system and toolchain:
        raise UserError("the tests of the toolchain run on this machine: leave out --system")
    root = workspace.root()
    members = [workspace.find(root, name) for name in names] or workspace.members(root)
    chosen = testing.choose(
        root, [member.name for member in members], are_named=bool(names), everything=everything
    )
    found = testing.members(root, chosen.attributes, system)
    if toolchain:
        found.append(testing.toolchain(root))
    # Only here, because rich takes as long to import as Nix to find that nothing is to be built.
    from please_cli import table  # noqa: PLC0415

    table.show(found)
    if chosen.left_out:
        click.echo(chosen.left_out, err=True)
    click.echo(results.totals(found))
    return 1 if any(result.failed for result in found) else 0


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lock(arguments: Sequence[str]) -> None:
    """Lock what the manifests ask for."""
    root = workspace.root()
    # Where pip installed the extra, that is taken: it works with a lock that does not.
    if importlib.util.find_spec("please_cli.lock") and importlib.util.find_spec("uv"):
        python = sys.executable
    else:
        python = str(_lock_environment(root) / "bin/python")
    os.environ[workspace.ROOT] = str(root)
    nix.execute(python, ["-m", "please_cli.lock", *arguments])


def main() -> None:
    """Run `please`."""
    nix.take_credentials()
    entry.call(cli, "please")


def _lock_environment(root: Path) -> Path:
    """Build what `please lock` runs in. Raises UserError, with the way to do without."""
    try:
        (environment,) = nix.build(root, ["please_cli.extras.lock"])
    except NixError as error:
        # The platform's lock is no work for pip.
        way_out = "" if "nix/lock/debian/" in error.message else _WITHOUT_NIX
        raise UserError(error.message, f"{error.details}\n{way_out}") from error
    return environment
