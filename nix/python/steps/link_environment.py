"""Make an environment out of parts: a farm of symlinks in the shape of a venv (PEP 405).

A directory that one part owns is one symlink; directories that several parts share are merged.
That is quick to build, imports as fast as a copy, and shares every byte with other environments.

Environment, set by environment.nix: parts (prefixes, separated by spaces), python, cacert, tzdata,
launcher (the module of the service that gets a command of its own; may be empty), out.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, EntryPoints, PathDistribution
from pathlib import Path

from prefix import PLACEHOLDER, PROGRAM, SITE_PACKAGES

# Directories of the environment itself, never a symlink to a part's.
OWN = {Path("bin"), Path("share"), Path(SITE_PACKAGES), *Path(SITE_PACKAGES).parents} - {Path()}

# What becomes of an entry point (entry points specification, "Use for scripts").
SCRIPT = """\
#!{python}
import sys

from {module} import {name}

if __name__ == "__main__":
    sys.exit({attr}())
"""

# Isolated (-I) from PYTHONPATH, the user's packages and the working directory.
LAUNCHER = """\
#!{python} -I
from backend_common.serve import main

main("{service}")
"""

# Imported by Python itself at every start. The certificates and time zones of the host are not
# looked at, unless the variables say so.
SITE_CUSTOMIZE = """\
import os

os.environ.setdefault("SSL_CERT_FILE", "{cacert}/etc/ssl/certs/ca-bundle.crt")
os.environ.setdefault("TZDIR", "{tzdata}/share/zoneinfo")
"""


def merge(sources: Sequence[Path], target: Path, relative: Path = Path()) -> None:
    """Link what the directories `sources` contain into the directory `target`.

    relative is the target's path in the environment. Raises SystemExit, naming both, if two
    sources have different files at one path.
    """
    target.mkdir()
    entries: dict[str, list[Path]] = {}
    for source in sources:
        for entry in sorted(source.iterdir()):
            entries.setdefault(entry.name, []).append(entry)
    for name, found in sorted(entries.items()):
        if all(entry.is_dir() for entry in found) and (len(found) > 1 or relative / name in OWN):
            merge(found, target / name, relative / name)
            continue
        first, *others = found
        for other in others:
            if not same_file(first, other):
                raise SystemExit(collision(relative / name, first, other))
        (target / name).symlink_to(first)


def collision(path: Path, one: Path, other: Path) -> str:
    """Return the error of two parts that have different files, or scripts, of one name."""
    return (
        f"error: {path} is in two packages, with different content: {one} and {other}. An "
        "environment cannot have both: leave one out, or lock versions that do not collide."
    )


def same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths are files with the same content."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def write_script(path: Path, content: bytes) -> None:
    """Write an executable file, in place of the symlink that may be there."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)


def script_of(point: EntryPoint, python: str) -> bytes:
    """Return the script of an entry point."""
    name = point.attr.partition(".")[0]
    return SCRIPT.format(python=python, module=point.module, name=name, attr=point.attr).encode()


def write_entry_points(bin_directory: Path, parts: Iterable[Path], python: str) -> None:
    """Write the console and GUI scripts that the parts declare (entry points specification).

    Raises SystemExit, naming both, if two parts declare different scripts of one name.
    """
    written: dict[str, tuple[Path, bytes]] = {}
    brought = {script.name: script for script in bin_directory.iterdir()}
    for part in parts:
        for dist_info in sorted((part / SITE_PACKAGES).glob("*.dist-info")):
            points: EntryPoints = PathDistribution(dist_info).entry_points
            for group in ("console", "gui"):
                for point in points.select(group=f"{group}_scripts"):
                    name, content = point.name, script_of(point, python)
                    first, other = written.setdefault(name, (part, content))
                    if name in brought:
                        first, other = brought[name].resolve(), b""
                    if other != content:
                        raise SystemExit(collision(Path("bin", name), first, part))
                    write_script(bin_directory / name, content)


def fix_scripts(bin_directory: Path, python: str) -> None:
    """Give the scripts that wheels bring this environment's interpreter."""
    shebang = f"#!{PLACEHOLDER}".encode()
    for script in sorted(path for path in bin_directory.iterdir() if path.is_file()):
        content = script.read_bytes()
        if content.startswith(shebang):
            write_script(script, f"#!{python}".encode() + content.removeprefix(shebang))


def link_environment(out: Path, parts: Sequence[Path], env: Mapping[str, str]) -> None:
    """Make the environment at out. Raises SystemExit if parts collide."""
    merge(parts, out)
    (out / SITE_PACKAGES).mkdir(parents=True, exist_ok=True)
    bin_directory = out / "bin"
    bin_directory.mkdir(exist_ok=True)
    python = f"{bin_directory}/python"
    fix_scripts(bin_directory, python)
    write_entry_points(bin_directory, parts, python)
    if service := env.get("launcher"):
        launcher = bin_directory / service
        if launcher.exists():
            what = f"a script of its own, {launcher.name}, and the one that serves it"
            raise SystemExit(f"error: the service {service} has {what}: name the former otherwise.")
        write_script(launcher, LAUNCHER.format(python=python, service=service).encode())
    for name in ("python", "python3", PROGRAM):
        (bin_directory / name).symlink_to(f"{env['python']}/bin/python3")
    customize = out / SITE_PACKAGES / "sitecustomize.py"
    if customize.exists():
        raise SystemExit(
            f"error: {customize.resolve()} is in the place of the environment's own: leave the "
            "package with it out, or use a .pth file there."
        )
    customize.write_text(SITE_CUSTOMIZE.format(cacert=env["cacert"], tzdata=env["tzdata"]))
    (out / "pyvenv.cfg").write_text(
        f"home = {env['python']}/bin\ninclude-system-site-packages = false\n"
        f"version = {PROGRAM.removeprefix('python')}\n"
    )


def main() -> None:
    """Run the build step."""
    parts = [Path(part) for part in os.environ["parts"].split()]
    link_environment(Path(os.environ["out"]), parts, os.environ)


if __name__ == "__main__":
    main()
