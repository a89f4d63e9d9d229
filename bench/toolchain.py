"""Calls of Nix in a copy of the checkout."""

import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.process import Finished, run
from bench.servers import Servers

BARE = """\
derivation {
  name = "bare";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "echo > $out" ];
}
"""
"""One derivation, to measure the cost of Nix itself."""

# A derivation, as the store keeps it, whose output is a file with a fixed hash.
_DOWNLOAD = re.compile(r'Derive\(\[\("out","(?P<path>[^"]*)","sha256","[^"]+"\)')


@dataclass(frozen=True)
class Toolchain:
    """The toolchain of the checkout at `root`, built into the machine's store or into `store`.

    `environment` is the environment of Nix.
    """

    root: Path
    environment: Mapping[str, str]
    store: Path | None = None

    def build(self, *attributes: str) -> Finished:
        """Build attributes of default.nix."""
        return self._call("nix-build", "--no-out-link", *_select(attributes))

    def please(self, program: Path, member: str) -> Finished:
        """Build a member with the command line tool `program`."""
        store = {"NIX_REMOTE": f"local?root={self.store}"} if self.store else {}
        environment = {**self.environment, "PLEASE_ROOT": str(self.root), **store}
        return run([program, "build", member], self.root, environment)

    def path(self, attribute: str) -> Path:
        """Build an attribute and return its output."""
        return Path(self.build(attribute).stdout.split()[-1])

    def servers(self, tests: str) -> Servers:
        """Return the servers that an attribute's tests run beside, once these are built."""
        program = self.path(f"{tests}.needs") / "bin/needs"
        command = ["nix-instantiate", "--eval", "--json", *_select([f"{tests}.NEEDS_SERVERS"])]
        return Servers(program, json.loads(self._call(*command).stdout))

    def instantiate(self, *attributes: str) -> Finished:
        """Evaluate attributes down to their derivations, building nothing."""
        return self._call("nix-instantiate", *_select(attributes))

    def shell(self, attribute: str, command: str = "true") -> Finished:
        """Enter a development shell, run a command in it, and leave it."""
        return self._call("nix-shell", *_select([attribute]), "--run", command)

    def closure_of_lock(self, keys: Iterable[str]) -> list[str]:
        """Return the keys of the lock's graph that `keys` require, themselves included."""
        wanted = " ".join(json.dumps(key) for key in keys)
        expression = f"(import ./. {{ }}).toolchain.graph.closure [ {wanted} ]"
        found: list[str] = json.loads(
            self._call("nix-instantiate", "--eval", "--strict", "--json", "-E", expression).stdout
        )
        return found

    def downloads(self, *attributes: str) -> list[Path]:
        """Download the files that attributes are made of; return their store paths."""
        derivations = self.instantiate(*attributes).stdout.split()
        needed = [
            path for path in self.query("--requisites", *derivations) if path.suffix == ".drv"
        ]
        matches = {path: _DOWNLOAD.match(path.read_text()) for path in needed}
        found = {path: Path(match["path"]) for path, match in matches.items() if match}
        self._call("nix-store", "--realise", *found)
        return list(found.values())

    def query(self, *arguments: str | Path) -> list[Path]:
        """Return the store paths that `nix-store --query` answers with."""
        printed = self._call("nix-store", "--query", *arguments).stdout
        return [Path(line) for line in printed.splitlines()]

    def export(self, paths: Iterable[Path], file: Path) -> None:
        """Write store paths to a file that another store can import."""
        self._shell('exec nix-store "$@" > "$file"', file, "--export", *paths)

    def load(self, file: Path) -> None:
        """Import what `export` wrote."""
        self._shell('exec nix-store "$@" < "$file"', file, "--import")

    def _shell(self, script: str, file: Path, *arguments: str | Path) -> None:
        command = ["/bin/sh", "-euc", script, "sh", *self._store, *arguments]
        run(command, self.root, {**self.environment, "file": str(file)})

    def _call(self, program: str, *arguments: str | Path) -> Finished:
        return run([program, *self._store, *arguments], self.root, self.environment)

    @property
    def _store(self) -> Sequence[str | Path]:
        return ["--store", self.store] if self.store else []


def built(said: str) -> list[str]:
    """Return the names of the derivations that nix-build reported as built."""
    return re.findall(r"^building '[^']*/[0-9a-z]{32}-([^']*)\.drv'", said, re.MULTILINE)


def name_of(path: Path) -> str:
    """Return the name of a store path, without its hash."""
    return path.name.partition("-")[2]


def size(path: Path) -> int:
    """Return the size of all files of a store path, in bytes."""
    return sum(entry.lstat().st_size for entry in _files(path))


def remove(directory: Path) -> None:
    """Remove a directory that may hold a store, whose directories are read-only."""
    for parent, _, _ in os.walk(directory):
        Path(parent).chmod(stat.S_IRWXU)
    shutil.rmtree(directory)


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink() or path.is_file():
        yield path
    for parent, names, files in os.walk(path):
        links = [name for name in names if Path(parent, name).is_symlink()]
        yield from (Path(parent, name) for name in [*files, *links])


def _select(attributes: Iterable[str]) -> list[str]:
    return [word for attribute in attributes for word in ("-A", attribute)]
