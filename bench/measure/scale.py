"""One service among few, and among many, in one resolve and in several."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import checkout, peers
from bench.errors import BenchError
from bench.figure import Figure, compare
from bench.job import Job
from bench.process import Usage
from bench.rounds import paired
from bench.toolchain import Toolchain

ROUNDS = 15
FEW = 5
MANY = 1000
RESOLVES = 20
RATIO = 1.3

DEFAULT = "default"

# The settings of a manifest that name resolves.
_NAMED = re.compile(r"^resolves? = .*\n", re.MULTILINE)


def measure(job: Job) -> Iterator[Figure]:
    """Build one of few and one of many generated services, both built before."""
    source = smallest_service(job.root)
    one = name(source, 0)
    made = {
        f"among {FEW}": generate(job, source, FEW),
        f"of {MANY}": generate(job, source, MANY),
        f"of {MANY} in {RESOLVES} resolves": generate(job, source, MANY, RESOLVES),
    }
    for toolchain in made.values():
        toolchain.build(one)
    few, *many = made

    def build(key: str) -> Callable[[int], Usage]:
        return lambda _: made[key].build(one).usage

    def evaluate(key: str) -> Callable[[int], Usage]:
        return lambda _: made[key].instantiate(one).usage

    for what, act in {"no-op build": build, "evaluation": evaluate}.items():
        usage = paired({key: act(key) for key in made}, ROUNDS)
        for key in many:
            yield from compare(f"{what} of one {key}", usage[key], few, usage[few], cpu=RATIO)


def smallest_service(root: Path) -> Path:
    """Return the directory of the locked service with the fewest modules.

    Raises BenchError when the lock has no service.
    """
    locked: list[str] = [package.get("directory", "") for package in peers.locked(root).values()]
    services = [root / local for local in locked if local.startswith("src/")]
    if not services:
        raise BenchError(f"no service is in the lock of {root}: run ./please lock")
    return min(services, key=lambda path: (sum(1 for _ in path.rglob("*.py")), path.name))


def name(source: Path, number: int) -> str:
    """Return the name of a copy of a service."""
    return f"{source.name}{number:03}"


def generate(job: Job, source: Path, count: int, resolves: int = 1) -> Toolchain:
    """Make a copy of the checkout whose src/ has only copies of one service.

    They are in the resolve `default`, or take turns in several that are as that one.
    """
    made = job.copy(f"scale-{count}-{resolves}")
    shutil.rmtree(made.root / "src")
    names = [DEFAULT] if resolves == 1 else [f"of-{number}" for number in range(resolves)]
    add_resolves(made.root, names)
    members = made.root / "nix/lock/members"
    entry = json.loads((members / f"{source.name.replace('_', '-')}.json").read_text())
    for file in members.glob("*.json"):
        if json.loads(file.read_text())["directory"].startswith("src/"):
            file.unlink()
    for number in range(count):
        copied, resolve = name(source, number), names[number % resolves]
        directory = made.root / "src" / copied
        duplicate(source, directory)
        choose(directory / "pyproject.toml", resolve)
        text = json.dumps(locked(entry, source.name, directory, resolve))
        (members / f"{copied.replace('_', '-')}.json").write_text(f"{text}\n")
    return made


def add_resolves(root: Path, names: list[str]) -> None:
    """Add resolves that are as `default` to a checkout and its lock, with all libraries in each."""
    content = (root / f"nix/lock/python/{DEFAULT}.json").read_text()
    for each in names:
        (root / f"nix/lock/python/{each}.json").write_text(content)
    tables = "".join(f"\n[tool.services.resolves.{each}]\n" for each in names if each != DEFAULT)
    with (root / "pyproject.toml").open("a") as manifest:
        manifest.write(tables)
    for file in (root / "nix/lock/members").glob("*.json"):
        member = json.loads(file.read_text())
        if (own := member["resolves"].get(DEFAULT)) is not None:
            member["resolves"] |= dict.fromkeys(names, own)
            file.write_text(f"{json.dumps(member)}\n")


def choose(manifest: Path, resolve: str) -> None:
    """Have the manifest of a member name a resolve, and no other one."""
    text = _NAMED.sub("", manifest.read_text())
    table = "[tool.services]\n"
    if table not in text:
        text += f"\n{table}"
    manifest.write_text(text.replace(table, f'{table}resolve = "{resolve}"\n', 1))


def locked(entry: Mapping[str, Any], source: str, directory: Path, resolve: str) -> dict[str, Any]:
    """Return what the lock has of a copy of a member, whose own entry is given."""
    renamed = {
        path.replace(source, directory.name): text.replace(source, directory.name)
        for path, text in entry["metadata"].items()
    }
    digests = {
        file: hashlib.sha256((directory / file).read_bytes()).hexdigest()
        for file in entry["manifests"]
    }
    return {
        **entry,
        "directory": f"src/{directory.name}",
        "manifests": digests,
        "metadata": renamed,
        "plain": json.loads(json.dumps(entry["plain"]).replace(source, directory.name)),
        "named": [resolve],
        "resolves": {resolve: entry["resolves"][DEFAULT]},
    }


def duplicate(source: Path, to: Path) -> None:
    """Copy a service to the directory `to`, and name it like that directory."""
    checkout.copy(source, to)
    (to / source.name).rename(to / to.name)
    for path in to.rglob("*"):
        if path.suffix in (".py", ".toml", ".yml"):
            path.write_text(path.read_text().replace(source.name, to.name))
