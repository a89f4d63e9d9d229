"""Make an environment out of parts: a farm of symlinks in the shape of a venv (PEP 405).

That is quick to build, imports as fast as a copy, and shares every byte with other environments.

Environment, set by environment.nix:

- partsPath: a JSON file, a list of parts, each an object with the fields of collisions.Part
- collisionsPath: a JSON file, a list of choices, each an object with the fields of
  collisions.Setting
- borrowedPath: a JSON file, a list of parts whose programs it gets unless it has one of that name
- manifest: where a further choice is to be written, such as src/treestatus/pyproject.toml
- whole: 1 if the environment has all that its packages ask for, else empty
- launcher: for a service, which gets a command of its own, an object with the fields of
  launcher.Launcher; may be empty
- python, cacert, tzdata, locale, out
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from collisions import Collisions, Part, Setting
from environment_startup import CHANGES
from launcher import Launcher, write_launcher
from link_bytecode import link_bytecode
from member_record import write_records
from merge import merge
from prefix import PROGRAM, SITE_PACKAGES
from scripts import Program, choose_program, find_programs, write_program

INTERPRETERS = ("python", "python3", PROGRAM)

# Files of the environment itself, and a package that Python would import in place of one of them.
RESERVED = (
    "pyvenv.cfg",
    *(f"bin/{name}" for name in INTERPRETERS),
    f"{SITE_PACKAGES}/sitecustomize.py",
    f"{SITE_PACKAGES}/sitecustomize",
)

# Imported by Python itself at every start. The certificates, time zones and locales of the host are
# not looked at, unless the variables say so. Processes that a program starts inherit these: where
# LOCPATH was not set, one of the host finds no locale but C.UTF-8 then, and falls back to C.
SITE_CUSTOMIZE = """\
import os

import environment_startup

environment_startup.start({changes})
os.environ.setdefault("SSL_CERT_FILE", "{cacert}/etc/ssl/certs/ca-bundle.crt")
os.environ.setdefault("TZDIR", "{tzdata}/share/zoneinfo")
locales = list(filter(None, os.environ.get("LOCPATH", "").split(":")))
if "{locale}" not in locales:
    os.environ["LOCPATH"] = ":".join([*locales, "{locale}"])
"""


def link_environment(
    out: Path,
    parts: Sequence[Part],
    collisions: Collisions,
    env: Mapping[str, str],
    borrowed: Sequence[Part] = (),
) -> None:
    """Make an environment.

    Args:
        out: Where it is made.
        parts: Its parts; of equals, the first counts.
        collisions: Decides about paths that several parts have.
        env: The variables of the step.
        borrowed: Parts whose programs it gets unless it has one of that name.

    Raises:
        SystemExit: Parts collide, one has something of the environment's own, or a script cannot be
            made.
    """
    check_reserved(parts)
    merge(parts, out, collisions)
    for directory in ("bin", SITE_PACKAGES):
        (out / directory).mkdir(parents=True, exist_ok=True)
    write_programs(out / "bin", parts, collisions, env)
    write_borrowed(out / "bin", borrowed)
    (out / SITE_PACKAGES / "sitecustomize.py").write_text(site_customize(out, env))
    (out / "pyvenv.cfg").write_text(
        f"home = {env['python']}/bin\ninclude-system-site-packages = false\n"
        f"version = {PROGRAM.removeprefix('python')}\n"
    )
    link_bytecode(out)
    write_records(out, parts)


def site_customize(out: Path, env: Mapping[str, str]) -> str:
    """Return the sitecustomize.py of the environment at out."""
    packages = out / SITE_PACKAGES
    changes = [name for name in CHANGES if (packages / name.partition(".")[0]).is_dir()]
    places = {name: env[name] for name in ("cacert", "tzdata", "locale")}
    return SITE_CUSTOMIZE.format(changes=changes, **places)


def check_reserved(parts: Sequence[Part]) -> None:
    """Raise SystemExit, naming the package, if a part has a file of the environment itself."""
    for part in parts:
        for path in RESERVED:
            if os.path.lexists(part.path / path):
                raise reserved(path, part)


def reserved(path: str, part: Part) -> SystemExit:
    """Return the error of a part that has a file of the environment itself."""
    return SystemExit(
        f"error: {path} of {part} is in the place of the environment's own: leave the package out, "
        "or lock another version. A module that is to be imported at every start can be named in "
        "a .pth file."
    )


def write_programs(
    directory: Path, parts: Sequence[Part], collisions: Collisions, env: Mapping[str, str]
) -> None:
    """Write the interpreter, the launcher and the programs of the parts into bin.

    Raises SystemExit if two of these cannot be there, or a setting for collisions has no effect.
    """
    python = f"{directory}/python"
    launcher = Launcher(**json.loads(env["launcher"])) if env["launcher"] else None
    command = launcher.command if launcher else ""
    programs = find_programs(parts, python)
    for name in INTERPRETERS:
        if name in programs:
            raise reserved(f"bin/{name}", programs[name][0].part)
        (directory / name).symlink_to(f"{env['python']}/bin/python3")
    if launcher and command in INTERPRETERS:
        raise SystemExit(
            f"error: the command of the service {launcher.module} would be in the place of the "
            f"interpreter, bin/{command}: name the command otherwise ({launcher.directory}/"
            "pyproject.toml, [tool.services] command)."
        )
    if launcher and any(program.part.is_root for program in programs.get(command, [])):
        raise SystemExit(
            f"error: the service {launcher.module} has a script of its own, {command}, and the one "
            f'that serves it: write command = "{command}-server" in [tool.services] of '
            f"{launcher.directory}/pyproject.toml, or name its own otherwise."
        )
    for name, found in sorted(programs.items()):
        if name != command:
            program = found[0]
            if len(found) > 1:
                program = choose_program(name, found, collisions, python)
            write_program(directory / name, program)
    if launcher:
        content = write_launcher(launcher, parts, python)
        write_program(directory / command, Program(parts[0], content))
    collisions.check(
        parts,
        [f"{program.part.package}/{name}" for name, found in programs.items() for program in found],
        is_whole=bool(env["whole"]),
    )
    collisions.report()


def write_borrowed(directory: Path, parts: Sequence[Part]) -> None:
    """Write the programs of further parts into an environment's bin, unless that has their names.

    They run with the environment's interpreter, and find its packages after their own: a type
    checker has to see the versions of an environment, and must not bind them.
    """
    packages = [part.path / SITE_PACKAGES for part in parts]
    paths = [str(path) for path in packages if path.is_dir()]
    for name, found in find_programs(parts, f"{directory}/python", paths).items():
        if not os.path.lexists(directory / name):
            write_program(directory / name, found[0])


def read(variable: str) -> list[dict[str, Any]]:
    """Return the list that is in the file that a variable names."""
    objects: list[dict[str, Any]] = json.loads(Path(os.environ[variable]).read_text())
    return objects


def main() -> None:
    """Run the build step."""
    parts = [Part(**{**part, "path": Path(part["path"])}) for part in read("partsPath")]
    borrowed = [Part(**{**part, "path": Path(part["path"])}) for part in read("borrowedPath")]
    settings = [Setting(**setting) for setting in read("collisionsPath")]
    collisions = Collisions(settings, os.environ["manifest"])
    link_environment(Path(os.environ["out"]), parts, collisions, os.environ, borrowed)
