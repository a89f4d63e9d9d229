"""The commands of `please`."""

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import click
from rich.console import Console

from please_cli import entry, nix, process, results, workspace
from please_cli.errors import UserError
from please_cli.events import store_name
from please_cli.failures import TAIL


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Build, run, test and lock the services and libraries of this checkout."""


@cli.command("list")
def list_() -> None:
    """List the services and libraries."""
    members = workspace.members(workspace.root())
    width = max((len(member.name) for member in members), default=0)
    for member in members:
        click.echo(f"{member.name:{width}}  {member.kind:7}  {member.description()}".rstrip())


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("-o", "--out-link", type=click.Path(path_type=Path), help="Link to the result.")
def build(names: Sequence[str], out_link: Path | None) -> None:
    """Build services or libraries, and print where they are.

    An attribute such as backend_common.extras.db is a NAME too.
    """
    root = workspace.root()
    for output in nix.build(root, [_attribute(root, name) for name in names], out_link):
        click.echo(output)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(name: str, host: str, port: int, arguments: Sequence[str]) -> None:
    """Build a service, migrate its database if it has one, and serve it.

    Further ARGUMENTS are the server's.
    """
    root = workspace.root()
    member = workspace.find(root, name)
    if member.kind != "service":
        raise UserError(f"{member.name} is a library and cannot be run; see `./please list`")
    (app,) = nix.build(root, [member.name])
    if (app / "share" / member.name / "migrations").is_dir():
        _migrate(app, member.name)
    server = str(app / "bin" / member.name)
    nix.execute(server, ["--host", host, "--port", str(port), *arguments])


@cli.command()
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


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--toolchain", is_flag=True, help="Run the tests of the toolchain itself, too.")
def test(names: Sequence[str], toolchain: bool) -> int:
    """Run the tests of services and libraries (all, unless named), and print the totals."""
    root = workspace.root()
    members = [workspace.find(root, name) for name in names] or workspace.members(root)
    found = _test_members(root, [member.name for member in members])
    if toolchain:
        found.append(_test_toolchain(root))
    Console().print(results.table(found))
    click.echo(results.totals(found))
    return 1 if any(result.failed for result in found) else 0


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lock(arguments: Sequence[str]) -> None:
    """Write nix/lock/*.json: see `lock --help`."""
    root = workspace.root()
    # Where pip installed the extra, that is taken: it works with a lock that does not.
    if importlib.util.find_spec("please_cli.lock") and importlib.util.find_spec("uv"):
        python = sys.executable
    else:
        python = str(nix.build(root, ["please_cli.extras.lock"])[0] / "bin/python")
    os.environ[workspace.ROOT] = str(root)
    nix.execute(python, ["-m", "please_cli.lock", *arguments])


def main() -> None:
    """Run `please`."""
    entry.call(cli, "please")


def _attribute(root: Path, name: str) -> str:
    """Return an attribute path whose first part is a member, or `toolchain`."""
    first, *rest = name.split(".")
    if first != "toolchain":
        first = workspace.find(root, first).name
    return ".".join([first, *rest])


def _migrate(app: Path, name: str) -> None:
    click.echo(f"{name}: bringing its database up to date", err=True)
    done = process.run(
        [app / "bin/flask", "--app", f"{name}.flask", "db", "upgrade"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise UserError(
            f"{name}: `flask db upgrade` failed; look at DATABASE_URL and at the last lines below",
            "\n".join(done.stdout.splitlines()[-TAIL:]),
        )


def _test_members(root: Path, names: Sequence[str]) -> list[results.Result]:
    if not names:
        return []
    attributes = [f"{name}.tests" for name in names]
    try:
        outputs = nix.attempt(root, attributes, keep_going=True)
    except nix.BuildError as error:
        return _test_failures(root, dict(zip(names, attributes, strict=True)), error)
    return [
        results.from_junit(name, output / "junit.xml")
        for name, output in zip(names, outputs, strict=True)
    ]


def _test_failures(
    root: Path, attributes: dict[str, str], error: nix.BuildError
) -> list[results.Result]:
    """Return what passed all the same, and what the logs say of the rest."""
    failed = error.failure.derivations()
    if not failed:
        # Not even evaluated, or interrupted by what is no builder's fault.
        raise error.failure.error() from error
    derivations = nix.derivations(root, list(attributes.values()))
    found = []
    for name, derivation, output in zip(
        attributes, derivations, nix.outputs(derivations), strict=True
    ):
        if output:
            found.append(results.from_junit(name, output / "junit.xml"))
        elif derivation in failed:
            log = nix.read_log(derivation)
            click.echo(f"error: the tests of {name} failed; their log ends like this:", err=True)
            click.echo("\n".join(log.splitlines()[-2 * TAIL :]), err=True)
            click.echo(f"(all of it: nix-store --read-log {derivation})\n", err=True)
            found.append(results.from_log(name, log))
        else:
            found.append(results.Result(name, failed=1))
    if not set(derivations) >= set(failed):
        others = ", ".join(store_name(path) for path in failed if path not in derivations)
        click.echo(f"error: not all tests could be run, for {others} failed to build", err=True)
        error.failure.error().show()
    return found


def _test_toolchain(root: Path) -> results.Result:
    (environment,) = nix.build(root, ["toolchain.testEnv"])
    with tempfile.TemporaryDirectory(prefix="please-test-") as directory:
        junit = Path(directory) / "junit.xml"
        status = process.run(
            [environment / "bin/python", "-m", "pytest", "tests", "--junitxml", junit], cwd=root
        ).returncode
        try:
            result = results.from_junit("toolchain", junit)
        except (FileNotFoundError, ElementTree.ParseError):
            result = results.Result("toolchain", failed=1)
    if status and not result.failed:
        raise UserError(f"the tests of the toolchain ended with status {status}; see above")
    return result
