"""One service among few, and among many."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import checkout, peers
from bench.errors import BenchError
from bench.figure import Figure, compare
from bench.job import Job
from bench.rounds import paired
from bench.toolchain import Toolchain

ROUNDS = 15
FEW = 5
MANY = 200
RATIO = 1.2


def measure(job: Job) -> Iterator[Figure]:
    """Build one of few and one of many generated services, both built before."""
    source = smallest_service(job.root)
    few, many = (generate(job, source, count) for count in (FEW, MANY))
    one = name(source, 0)
    few.build(one)
    many.build(one)
    usage = paired(
        {
            "few": lambda _: few.build(one).usage,
            "many": lambda _: many.build(one).usage,
            "few evaluation": lambda _: few.instantiate(one).usage,
            "many evaluation": lambda _: many.instantiate(one).usage,
        },
        ROUNDS,
    )
    against = f"among {FEW}"
    yield from compare(
        f"no-op build of one of {MANY}", usage["many"], against, usage["few"], cpu=RATIO
    )
    yield from compare(
        f"evaluation of one of {MANY}",
        usage["many evaluation"],
        against,
        usage["few evaluation"],
        cpu=RATIO,
    )


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


def generate(job: Job, source: Path, count: int) -> Toolchain:
    """Make a copy of the checkout whose src/ has only copies of one service."""
    made = job.copy(f"scale-{count}")
    members = made.root / "nix/lock/members"
    entry = json.loads((members / f"{source.name.replace('_', '-')}.json").read_text())
    shutil.rmtree(made.root / "src")
    for number in range(count):
        copied = name(source, number)
        duplicate(source, made.root / "src" / copied)
        locked = json.dumps({**entry, "directory": f"src/{copied}"})
        (members / f"{copied.replace('_', '-')}.json").write_text(f"{locked}\n")
    return made


def duplicate(source: Path, to: Path) -> None:
    """Copy a service to the directory `to`, and name it like that directory."""
    checkout.copy(source, to)
    (to / source.name).rename(to / to.name)
    for path in to.rglob("*"):
        if path.suffix in (".py", ".toml", ".yml"):
            path.write_text(path.read_text().replace(source.name, to.name))
