"""Builds for another system than this machine's, by an emulator that the kernel calls.

The kernel knows by the first bytes of a program which interpreter runs it (binfmt_misc). qemu-user
is the interpreter for the programs of other processors.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from please_cli import nix
from please_cli.errors import UserError
from please_cli.failures import NixError

BINFMT = Path("/proc/sys/fs/binfmt_misc")
"""Where the kernel has its interpreters."""

MACHINES = {"aarch64-linux": 0xB7, "x86_64-linux": 0x3E}
"""The systems of the lock, and the number of each in the header of a program (elf(5))."""

_HEADER = 20
"""How many bytes at the beginning of a program say for which machine it is."""

_EXECUTABLE = 2


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that the kernel runs programs with."""

    path: str
    flags: str


def options(system: str) -> tuple[list[str], str]:
    """Return the options of Nix to build for a system, and what this machine lacks to do so.

    What it lacks is empty where it has all. Raises UserError when there is no such system.
    """
    if system not in MACHINES:
        raise UserError(
            f"the lock has no packages for {system}, only for {', '.join(sorted(MACHINES))}"
        )
    arguments = ["--argstr", "system", system]
    command = ["--eval", "--json", "--expr", "builtins.currentSystem"]
    if system == json.loads(nix.query("nix-instantiate", *command)):
        return arguments, ""
    if reason := lacks(system):
        return arguments, reason
    return [*arguments, "--option", "extra-platforms", system], ""


def is_refused(error: NixError, system: str) -> bool:
    """Tell whether Nix failed because it does not build for a system on this machine."""
    # Nix 2.8; Nix 2.30 and later.
    refusals = rf"a '{system}' with features \{{.*\}} is required|Required system: '{system}'"
    return re.search(refusals, f"{error}\n{error.details}") is not None


def refusal(system: str, lacking: str) -> UserError:
    """Return the error for a system that Nix refuses to build for.

    `lacking` is what options() found that this machine lacks.
    """
    reason = lacking or (
        "Nix builds for no other system. As root: add `extra-platforms = "
        f"{system}` to /etc/nix/nix.conf, and restart the Nix daemon"
    )
    return UserError(
        f"this machine does not build for {system}: {reason}. Or name a machine of that system in "
        "`builders` of nix.conf"
    )


def lacks(system: str, binfmt: Path = BINFMT) -> str:
    """Return what this machine lacks to run programs of another system, with the commands of root.

    Empty if it runs them. `binfmt` is the directory of the kernel's interpreters.
    """
    qemu = f"qemu-{system.partition('-')[0]}"
    if not (binfmt / "status").is_file():
        return (
            f"{binfmt} is not mounted. As root: apt-get install qemu-user-static && "
            f"mount -t binfmt_misc binfmt_misc {binfmt} && "
            f"cat /usr/lib/binfmt.d/{qemu}.conf > {binfmt}/register"
        )
    if (binfmt / "status").read_text().strip() != "enabled":
        return f"{binfmt} is disabled. As root: echo 1 > {binfmt}/status"
    found = [interpreter(entry, system) for entry in sorted(binfmt.iterdir())]
    interpreters = [each for each in found if each]
    if not interpreters:
        return (
            f"no interpreter for its programs is in {binfmt}. As root: apt-get install "
            f"qemu-user-static; where systemd does not run, also: cat "
            f"/usr/lib/binfmt.d/{qemu}.conf > {binfmt}/register"
        )
    # The kernel has opened it then, and needs no file of that path in the sandbox.
    if not any("F" in each.flags or _is_in_sandbox(each.path) for each in interpreters):
        path = interpreters[0].path
        return (
            f"the build sandbox does not have {path}, the interpreter of its programs. Register it "
            f"with the flag F in {binfmt}, or add {path} to sandbox-paths in nix.conf"
        )
    return ""


def interpreter(entry: Path, system: str) -> Interpreter | None:
    """Return what an entry of binfmt_misc runs programs of a system with, None if it does not."""
    try:
        lines = entry.read_text().splitlines()
    except OSError:
        return None  # `register` can only be written
    if "enabled" not in lines:
        return None
    # Such as `interpreter /usr/bin/qemu-aarch64-static` and `flags: POF`.
    parts = (line.partition(" ") for line in lines)
    words = {key.removesuffix(":"): value for key, _, value in parts}
    if "magic" not in words:
        return None
    magic = bytes.fromhex(words["magic"])
    mask = bytes.fromhex(words.get("mask", "ff" * len(magic)))
    offset = int(words.get("offset", 0))
    program = _header(MACHINES[system])[offset : offset + len(magic)]
    if len(program) < len(magic):
        return None
    compared = zip(program, magic, mask, strict=True)
    matches = all(byte & bits == want & bits for byte, want, bits in compared)
    return Interpreter(words["interpreter"], words.get("flags", "")) if matches else None


def _header(machine: int) -> bytes:
    """Return the first bytes of a program: little-endian, of 64 bits (elf(5))."""
    start = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    return start + _EXECUTABLE.to_bytes(2, "little") + machine.to_bytes(2, "little")


def _is_in_sandbox(path: str) -> bool:
    """Tell whether builds see a file of this machine."""
    command = ["--extra-experimental-features", "nix-command", "show-config", "--json"]
    settings = json.loads(nix.query("nix", *command))
    if settings["sandbox"]["value"] is False:
        return True
    # Such as /bin/sh=/bin/busybox, or /usr/bin? for a path that need not be there.
    paths = [str(each).partition("=")[0] for each in settings["sandbox-paths"]["value"]]
    return any(Path(path).is_relative_to(each.removesuffix("?")) for each in paths)
