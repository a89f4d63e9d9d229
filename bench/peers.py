"""The tools to compare with, uv and pip, with the versions of the toolchain's lock."""

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pip
from please_cli import workspace as members
from please_cli.lock.python import resolver
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.packages import Entry, files
from uv import find_uv_bin

from bench import checkout
from bench.process import Finished, Usage, run
from bench.servers import Servers

UV = Path(find_uv_bin())
PYTHON = Path(sys.executable).resolve()
"""The Python to make venvs of: the toolchain's own."""


@dataclass(frozen=True)
class Workspace:
    """A copy of the checkout with a uv.lock, as a project has it that is developed with uv."""

    root: Path
    environment: Mapping[str, str]
    member: str

    def sync(self) -> Finished:
        """Make .venv what the lock says: the member, editable, and its tests' packages."""
        package = ["--package", self.member, "--group", "test"]
        return run(
            [UV, "sync", "--frozen", "--python", PYTHON, *package], self.root, self.environment
        )

    def test(self, servers: Servers) -> Finished:
        """Run the member's tests beside servers of their own, as the build sandbox does."""
        directory = members.find(self.root, self.member).path
        python = str(self.root / ".venv/bin/python")
        pytest = [python, "-m", "pytest", "tests", "-p", "no:cacheprovider"]
        return servers.run(pytest, directory, self.environment)


def workspace(root: Path, to: Path, environment: Mapping[str, str], member: str) -> Workspace:
    """Copy the checkout at `root` to `to`, with a uv.lock of the versions in its lock."""
    checkout.copy(root, to)
    indexes = Indexes.configured()
    manifest = tomllib.loads((root / "pyproject.toml").read_text())
    python = manifest["project"]["requires-python"]
    pinned = resolve(root, "tools") | resolve(root, "default")
    (to / "uv.lock").write_text(resolver.skeleton(python, indexes, pinned))
    variables = {**environment, **indexes.environment(), "UV_PYTHON_DOWNLOADS": "never"}
    run([UV, "lock", "--python", PYTHON, *indexes.arguments(to.parent)], to, variables)
    made = Workspace(to, variables, member)
    made.sync()
    return made


@dataclass(frozen=True)
class Installer:
    """Installs what a member requires, and the member, into a new venv of an existing Python.

    `wheels` is a directory with the locked files; without it they are downloaded.
    """

    root: Path
    environment: Mapping[str, str]
    requirements: Path
    members: Sequence[Path]
    wheels: Path | None = None

    def pip(self, venv: Path) -> Usage:
        """Install with pip, which compiles bytecode by default."""
        # Only pip is on the path, so that all other packages are installed.
        alone = Path(pip.__file__).resolve().parent.parent
        variables = {**self.environment, "PYTHONPATH": str(alone), "PIP_NO_CACHE_DIR": "1"}
        return self._install([venv / "bin/python", "-m", "pip", "install"], venv, variables)

    def uv(self, venv: Path) -> Usage:
        """Install with uv, and compile bytecode."""
        options: list[str | Path] = ["--python", venv, "--no-cache", "--compile-bytecode"]
        if not self.wheels:
            options += Indexes.configured().arguments(venv.parent)
        variables = {**self.environment, **Indexes.configured().environment()}
        return self._install([UV, "pip", "install", *options], venv, variables)

    def _install(
        self, command: Sequence[str | Path], venv: Path, environment: Mapping[str, str]
    ) -> Usage:
        run([UV, "venv", "--python", PYTHON, venv], self.root, self.environment)
        source: list[str | Path] = (
            ["--no-index", "--find-links", self.wheels] if self.wheels else []
        )
        packages: list[str | Path] = [
            "--no-deps",
            "--require-hashes",
            "-r",
            self.requirements,
            *source,
        ]
        members: list[str | Path] = ["--no-deps", "--no-build-isolation", *self.members]
        usage = Usage(0, 0)
        for arguments in (packages, members):
            usage += run([*command, *arguments], self.root, environment).usage
        return usage


def packages(to: Path, environment: Mapping[str, str], *names: str) -> Path:
    """Install packages, without what they require, into the new directory `to`; return that."""
    indexes = Indexes.configured()
    variables = {**environment, **indexes.environment()}
    options: list[str | Path] = ["--python", PYTHON, "--target", to, "--no-deps"]
    options += indexes.arguments(to.parent)
    run([UV, "pip", "install", *options, *names], to.parent, variables)
    return to


def resolve(root: Path, name: str) -> dict[str, dict[str, Any]]:
    """Return the packages of an index in the lock of a resolve, by name."""
    lock = json.loads((root / f"nix/lock/python/{name}.json").read_text())
    packages: dict[str, dict[str, Any]] = lock["packages"]
    return packages


def locked(root: Path) -> dict[str, dict[str, Any]]:
    """Return the packages and the members of the default resolve, by name."""
    paths = (root / "nix/lock/members").glob("*.json")
    entries = {path.stem: json.loads(path.read_text()) for path in paths}
    chosen = {name: entry for name, entry in entries.items() if "default" in entry["resolves"]}
    return resolve(root, "default") | chosen


def requirements(packages: Mapping[str, Entry]) -> str:
    """Return a requirements file, with hashes, of locked packages other than the members."""
    return "".join(
        " ".join(
            [
                f"{name}=={package['version']}",
                *(f"--hash=sha256:{file['sha256']}" for file in files(package)),
            ]
        )
        + "\n"
        for name, package in sorted(packages.items())
        if "directory" not in package
    )


def names(keys: Iterable[str]) -> set[str]:
    """Return the packages of keys of the lock's graph: `name`, `name[extra]`."""
    return {key.partition("[")[0] for key in keys}
