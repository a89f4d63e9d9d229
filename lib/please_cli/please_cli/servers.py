"""The servers that a service can work with, such as PostgreSQL: from the platform, by `needs`."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from please_cli import nix, process, variables
from please_cli.errors import UserError
from please_cli.workspace import Member


def choose(root: Path, text: str) -> list[str]:
    """Read names of servers, separated by commas. Raises UserError for an unknown one."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = json.loads(nix.evaluate(root, "toolchain.needs.names")) if names else []
    for name in names:
        if name not in known:
            raise UserError(f"no server {name!r} to run with; there are: {', '.join(known)}")
    return names


def start(root: Path, member: Member, names: Sequence[str]) -> dict[str, str]:
    """Start servers for a member; return the variables that tell its service where they are.

    They end when this process does, even if it has become another program by then. Raises UserError
    for a server that does not start.
    """
    if not names:
        return {}
    attributes = [f"toolchain.needs.servers.{name}" for name in names]
    program, *prefixes = nix.build(root, ["toolchain.needs.program", *attributes])
    given = {
        "NEEDS_SERVERS": " ".join(map("{}={}".format, names, prefixes)),
        "NEEDS_VARIABLES": json.dumps(variables.read(member.path / "pyproject.toml")),
        "NEEDS_PROJECT": str(member.path),
        "NEEDS_OWNER": str(os.getpid()),
    }
    click.echo(f"{member.name}: starting {', '.join(names)}", err=True)
    _needs(program, given, "start")
    found: dict[str, str] = json.loads(_needs(program, given, "variables", "--json"))
    return found


def _needs(program: Path, variables: dict[str, str], *arguments: str) -> str:
    done = process.run(
        [program / "bin/needs", *arguments],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if done.returncode:
        first, _, rest = done.stderr.removeprefix("error: ").partition("\n")
        raise UserError(first, rest)
    return done.stdout
