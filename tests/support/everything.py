"""Run what the outputs of a checkout hold, as the user who runs the tests: root, on CI."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from needed import LIMIT, needing
from prefix import SITE_PACKAGES
from service import DEVELOPMENT, serving
from toolchain import build, environment

IMPORT_ALL = """
import contextlib, importlib, io, os, pkgutil, sys
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for module in pkgutil.iter_modules([sys.argv[1]]):
        with contextlib.suppress(BaseException):
            importlib.import_module(module.name)
"""

PUBLISH = """
from shop.flask import app
with app.app_context():
    app.pulse.publish("orders.new", {"number": 1})
    app.db.session.commit()
"""

COUNT = """
import shop
from shop.flask import app
with app.app_context():
    print(app.db.session.query(shop.Order).count())
"""

LONG = 600.0
"""How long a program may take, in seconds."""


class Runner:
    """Runs programs in a directory, where they keep their state."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # Nothing that tells Python where to write bytecode, or not to.
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "STATE_DIRECTORY": str(directory / "state"),
            **DEVELOPMENT,
        }

    def __call__(
        self,
        *command: str | Path,
        variables: Mapping[str, str] | None = None,
        may_fail: bool = False,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end. Raises AssertionError if it fails, unless it may."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.directory,
            env={**self.variables, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONG,
        )
        assert may_fail or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def interpreter(self, prefix: Path) -> None:
        """Import all modules of an environment, with each flag that changes the bytecode."""
        python, site = prefix / "bin/python", prefix / SITE_PACKAGES
        for flags in ([], ["-O"], ["-I", "-OO"], ["-E", "-O", "-X", "frozen_modules=off"]):
            self(python, *flags, "-c", IMPORT_ALL, site)
        self(python, "-S", "-O", "-c", IMPORT_ALL, site, variables={"PYTHONPATH": str(site)})

    def scripts(self, prefix: Path) -> None:
        """Ask each script of an environment for help; not all have an answer."""
        for script in sorted((prefix / "bin").iterdir()):
            if not script.name.startswith("python"):
                self(script, "--help", may_fail=True)

    def service(self, app: Path, name: str, path: str) -> None:
        """Migrate the database of a service if it has one, serve it, and send a request."""
        flask = ["--app", f"{name}.flask"]
        self(app / "bin/flask", *flask, "routes")
        if (app / "share" / name / "migrations").is_dir():
            self(app / "bin/flask", *flask, "db", "upgrade")
            self(app / "bin/python", "-O", "-m", "flask", *flask, "db", "current")
            for command in ("revision", "migrate"):  # these refuse to write there
                assert self(app / "bin/flask", *flask, "db", command, may_fail=True).returncode
        with serving(app, name, self.variables) as service:
            service.request("GET", path)

    def gunicorn(self, app: Path, name: str) -> None:
        """Serve a service by gunicorn's own command, with workers that share what is loaded."""
        options = ["--preload", "-w", "2", "-b", "127.0.0.1:0", f"{name}.flask:app"]
        with self._started(app / "bin/gunicorn", *options) as process:
            assert process.stderr is not None
            workers = (line for line in process.stderr if "Booting worker" in line)
            assert [next(workers), next(workers)]

    def messages(self, app: Path) -> None:
        """Publish a message through the outbox of the service shop, by PostgreSQL and RabbitMQ."""
        with needing("oidc", "postgresql", "rabbitmq", "redis") as needs:
            needs("start")
            found = needs.variables()
            flask: list[str | Path] = [app / "bin/flask", "--app", "shop.flask"]
            self(*flask, "db", "upgrade", variables=found)
            with (
                self._started(*flask, "pulse", "consume", variables=found),
                self._started(*flask, "pulse", "relay", variables=found),
            ):
                self(app / "bin/python", "-c", PUBLISH, variables=found)
                self._await_order(app, found)

    @contextmanager
    def _started(
        self, *command: str | Path, variables: Mapping[str, str] | None = None
    ) -> Iterator["subprocess.Popen[str]"]:
        """Run a program while the context lasts."""
        with subprocess.Popen(
            [str(word) for word in command],
            cwd=self.directory,
            env={**self.variables, **(variables or {})},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.terminate()
                process.communicate()

    def _await_order(self, app: Path, variables: Mapping[str, str]) -> None:
        limit = time.monotonic() + LIMIT
        python = app / "bin/python"
        while self(python, "-O", "-c", COUNT, variables=variables).stdout != "1\n":
            assert time.monotonic() < limit, "the message was not handled"

    def shell(self, checkout: Path, name: str, command: str) -> None:
        """Run a command in a development shell, as ./please enters it."""
        bash = build("toolchain.platform.bash") / "bin/bash"
        variables = {"NIX_CONFIG": environment()["NIX_CONFIG"], "NIX_BUILD_SHELL": str(bash)}
        command = f"cd {checkout} && {command}"
        self("nix-shell", checkout, "-A", name, "--run", command, variables=variables)

    def please(self, checkout: Path) -> None:
        """Run commands of the command line tool."""
        program = build("please_cli") / "bin/please"
        variables = {"NIX_CONFIG": environment()["NIX_CONFIG"], "PLEASE_ROOT": str(checkout)}
        for command in (["list"], ["build", "tokens"], ["lock", "--help"]):
            self(program, *command, variables=variables)
            self(program.parent / "python", "-O", program, *command, variables=variables)
