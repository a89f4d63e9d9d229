"""Services that are written, and served as they are deployed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LIMIT = 60
"""How long the service may take to start, and to stop, in seconds."""

Address = tuple[str, int]


def write_service(directory: Path, name: str, module: str) -> None:
    """Write a service, and put it on the path.

    Args:
        directory: Where to write it.
        name: Its name.
        module: The source of its module, with `create_app`.
    """
    sys.path.insert(0, str(directory))
    (directory / "settings.py").touch()
    (directory / name).mkdir()
    (directory / name / "__init__.py").write_text(module)
    (directory / name / "flask.py").write_text(f"import {name}\n\napp = {name}.create_app()\n")


@contextmanager
def serving(service: str, variables: Mapping[str, str]) -> Iterator[Address]:
    """Serve a service with one worker, until the end of the block.

    Args:
        service: Its name; its module is on the path.
        variables: The environment.
    """
    with started("backend_common.serve", service, variables) as (_, address):
        yield address


@contextmanager
def started(
    server: str, service: str, variables: Mapping[str, str]
) -> Iterator[tuple["subprocess.Popen[bytes]", Address]]:
    """Serve a service by a server, until the end of the block; return the process and its address.

    Args:
        server: The module of the server.
        service: Its name; its module is on the path.
        variables: The environment.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: Address = free.getsockname()
    command = [sys.executable, "-m", server, service, "--port", str(address[1])]
    process = subprocess.Popen(command, env=variables)
    deadline = time.monotonic() + LIMIT
    try:
        while True:
            try:
                socket.create_connection(address).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{service} does not serve; see its messages above")
                time.sleep(0.1)
        yield process, address
    finally:
        process.terminate()
        process.wait(LIMIT)
