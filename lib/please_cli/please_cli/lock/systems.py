"""The systems that are locked for."""

SYSTEMS = ("aarch64-linux", "x86_64-linux")
"""In Nix's spelling."""


def machine(system: str) -> str:
    """Return the processor of a system, as uname(2) has it."""
    return system.partition("-")[0]
