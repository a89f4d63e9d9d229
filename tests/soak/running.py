"""Finds campaigns, and runs them."""

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from please_cli import process

from .campaign import Campaign, Tally, read
from .errors import SoakError

LIMIT = 3600.0
"""The longest that a campaign may take, in seconds."""

PATIENCE = 30.0
"""How long a campaign may take to end when it is interrupted, in seconds, before the next try."""

_HERE = Path(__file__).parent
_TAIL = 20


def find() -> dict[str, Campaign]:
    """Return the campaigns by name: the programs in this directory."""
    names = sorted(path.parent.name for path in _HERE.glob("*/__main__.py"))
    return {name: importlib.import_module(f"{__package__}.{name}").CAMPAIGN for name in names}


def run(name: str, campaign: Campaign, share: float, root: Path, directory: Path) -> Tally:
    """Run a share of a campaign with servers of its own, which have ended afterwards.

    Args:
        name: Its name.
        campaign: Its declaration.
        share: How much of it to run: above 0, at most 1.
        root: The checkout whose code to run.
        directory: A new directory for its state, the data of its servers, and its `log`. The user
            of the servers must be able to reach it.

    Raises:
        SoakError: It failed to run, did not end within LIMIT, or printed no tally.
    """
    (directory / "state").mkdir(parents=True)
    log = directory / "log"
    environment = variables(campaign, root, directory, os.environ)
    command = [sys.executable, "-B", "-m", f"soak.{name}", str(share)]
    if campaign.servers:
        command = ["needs", "run", "--", *command]
    try:
        with (
            log.open("w") as said,
            process.started(
                command,
                PATIENCE,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            ) as running,
        ):
            printed, _ = running.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired as error:
        raise SoakError(f"it did not end within {LIMIT:.0f} s{_tail(log)}") from error
    finally:
        if campaign.servers:
            subprocess.run(["needs", "stop"], env=environment, check=True)
    if running.returncode:
        raise SoakError(f"it ended with status {running.returncode}{_tail(log)}")
    return read(printed)


def variables(
    campaign: Campaign, root: Path, directory: Path, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a campaign: code of `root`, its own servers, its own directories.

    Args:
        campaign: Its declaration.
        root: The checkout whose code to run.
        directory: Its directory.
        environment: The variables of the development shell.

    Raises:
        SoakError: The development shell lacks one of its servers.
    """
    servers = dict(word.split("=", 1) for word in environment.get("NEEDS_SERVERS", "").split())
    if missing := [name for name in campaign.servers if name not in servers]:
        raise SoakError(
            f"the development shell has no server {', '.join(missing)}, only "
            f"{', '.join(servers) or 'none'}; run tests/soak/run"
        )
    modules = ["tests", "tests/support", "lib/serving/tests/support"]
    members = sorted([*root.glob("lib/*"), *root.glob("src/*")])
    places = [*(root / module for module in modules), *members]
    return {
        **environment,
        "PYTHONPATH": ":".join(map(str, places)),
        "NEEDS_SERVERS": " ".join(f"{name}={servers[name]}" for name in campaign.servers),
        "NEEDS_DIRECTORY": str(directory / "needs"),
        "STATE_DIRECTORY": str(directory / "state"),
        "APP_CHANNEL": "development",
    }


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_TAIL:]
    return "; see its last messages, on standard error\n" + "\n".join(lines)
