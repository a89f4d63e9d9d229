"""A service that is served as it is deployed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LIMIT = 60
"""How long the service may take to start, and to stop, in seconds."""

Address = tuple[str, int]


@contextmanager
def serving(service: str, variables: Mapping[str, str]) -> Iterator[Address]:
    """Serve a service with one worker, until the end of the block.

    Args:
        service: Its name; its module is on the path.
        variables: The environment.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: Address = free.getsockname()
    command = [sys.executable, "-m", "backend_common.serve", service]
    process = subprocess.Popen([*command, "--port", str(address[1])], env=variables)
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
        yield address
    finally:
        process.terminate()
        process.wait(LIMIT)
