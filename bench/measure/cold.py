"""From nothing to a service: an empty store, against an empty venv of a Python that is there."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from please_cli.lock.python import packages

from bench import peers
from bench.figure import Figure, compare
from bench.job import Job, say
from bench.peers import Installer
from bench.rounds import Action, paired
from bench.toolchain import Toolchain, name_of

ROUNDS = 3

BACKENDS = ["setuptools"]
"""What pip and uv build the members with, as the resolve of the toolchain's own tools has it.
The toolchain has the metadata of the members in its lock."""


def measure(job: Job) -> Iterator[Figure]:
    """Build into an empty store, Python included; install with pip and uv from the same lock.

    Once with the downloads, and once with every file there that would be downloaded.
    """
    ours = job.copy("cold")
    downloads = ours.downloads(job.member)
    archive = job.scratch / "downloads"
    ours.export(downloads, archive)
    peer = installer(job, ours)
    yield from rounds("cold build", job, ours, peer, None)
    locked = peers.locked(ours.root) | backends(ours.root)
    files = {file["file"] for package in locked.values() for file in packages.files(package)}
    built_with = (f"toolchain.kits.tools.python.wheels.{name}" for name in BACKENDS)
    theirs = ours.downloads(job.member, *built_with)
    peer = replace(peer, wheels=link(theirs, files, job.scratch / "wheels"))
    yield from rounds("cold build, files there", job, ours, peer, archive)


def rounds(
    what: str, job: Job, ours: Toolchain, peer: Installer, archive: Path | None
) -> Iterator[Figure]:
    """Measure one way: with the downloads of `archive` there, or with none."""
    say(f"{what}: {ROUNDS} rounds")
    # All in directories of their own that stay to the end: ext4 is slow to make files for a
    # minute after many were removed.
    scratch = Path(tempfile.mkdtemp(dir=job.scratch))
    please = ours.path("please_cli") / "bin/please"

    def empty(way: str, number: int) -> Toolchain:
        store = replace(ours, store=scratch / f"{way}-{number}")
        if archive:
            store.load(archive)
        return store

    actions: dict[str, Action] = {
        "please": lambda number: empty("please", number).please(please, job.member).usage,
        "nix-build": lambda number: empty("nix-build", number).build(job.member).usage,
        "pip": lambda number: peer.pip(scratch / f"pip-{number}"),
        "uv": lambda number: peer.uv(scratch / f"uv-{number}"),
    }
    usage = paired(actions, ROUNDS)
    pip, uv = usage["pip"], usage["uv"]
    yield from compare(f"{what}, ./please", usage["please"], "pip install", pip, wall=1)
    yield from compare(f"{what}, nix-build", usage["nix-build"], "pip install", pip)
    against = "uv pip install --compile-bytecode"
    yield from compare(f"{what}, ./please", usage["please"], against, uv, wall=1.5)


def installer(job: Job, ours: Toolchain) -> Installer:
    """Return what installs the member with pip or uv: the same packages, from the same lock."""
    member = job.member.replace("_", "-")
    packages = peers.locked(ours.root)
    names = peers.names(ours.closure_of_lock([member]))
    wanted = {name: packages[name] for name in names} | backends(ours.root)
    requirements = job.scratch / "requirements.txt"
    requirements.write_text(peers.requirements(wanted))
    members = [
        ours.root / package["directory"] for package in wanted.values() if "directory" in package
    ]
    return Installer(ours.root, job.environment, requirements, members)


def backends(root: Path) -> dict[str, packages.Entry]:
    """Return what the lock of the checkout at `root` has of the backends, by name."""
    tools = peers.resolve(root, "tools")
    return {name: tools[name] for name in BACKENDS}


def link(downloads: Iterable[Path], files: Iterable[str], to: Path) -> Path:
    """Make a directory of the downloads that are `files` of the lock, under their own names."""
    to.mkdir()
    for path in downloads:
        for file in files:
            if name_of(path).endswith(file):
                (to / file).symlink_to(path)
    return to
