"""Finish the relocated RabbitMQ: Erlang's scripts know where it is, and bin has what users run.

Debian's own commands for RabbitMQ become the user rabbitmq, who is not there; the scripts that they
would run do not, and want `erl` on PATH.

Runs in the prefix, by relocate.py. Environment: busybox (a prefix with bin/busybox).
"""

import os
import shutil
from pathlib import Path

COMMANDS = ("rabbitmq-diagnostics", "rabbitmq-plugins", "rabbitmq-server", "rabbitmqctl")

WRAPPER = """\
#!{shell}
PATH={prefix}/lib/erlang/bin exec {script} "$@"
"""


def fix_scripts(directory: Path, prefix: Path, shell: str) -> None:
    """Give shell scripts the shell, and the place of Erlang in the prefix."""
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if content.startswith(b"#!/bin/sh"):
            content = content.replace(b"#!/bin/sh", b"#!" + shell.encode(), 1)
            path.write_bytes(content.replace(b"/usr/lib/erlang", f"{prefix}/lib/erlang".encode()))


def main() -> None:
    """Run the build step."""
    prefix = Path.cwd()
    shell = f"{os.environ['busybox']}/bin/busybox sh"
    (server,) = prefix.glob("lib/rabbitmq/lib/rabbitmq_server-*")
    fix_scripts(prefix / "lib/erlang", prefix, shell)
    fix_scripts(server / "sbin", prefix, shell)
    for directory in ("bin", "lib/rabbitmq/bin", "sbin"):
        shutil.rmtree(directory)
    Path("bin").mkdir()
    Path("bin/epmd").symlink_to("../lib/erlang/bin/epmd")
    for name in COMMANDS:
        command = Path("bin", name)
        script = server / "sbin" / name
        command.write_text(WRAPPER.format(shell=shell, prefix=prefix, script=script))
        command.chmod(0o755)


if __name__ == "__main__":
    main()
