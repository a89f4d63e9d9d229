"""A service of bench/subjects/services, served by the library as in production."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

_LIMIT = 30  # seconds that starting and stopping may take
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """A server with one worker: the process id of the server, and its address."""

    pid: int
    address: tuple[str, int]

    def cpu(self) -> float:
        """Return the seconds of CPU that the worker has spent so far (proc(5), stat)."""
        (worker,) = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def as_in_production(name: str) -> list[str]:
    """Return the arguments of Python that serve a service, without the port."""
    return ["-m", "backend_common.serve", name, "--port"]


@contextmanager
def serving(
    python: Path, server: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[Service]:
    """Serve a service on a free port, logging to a file, until the end of the block.

    Args:
        python: The interpreter.
        server: Its arguments, without the last one, the port.
        log: The file.
        environment: The variables of the server.

    Raises:
        BenchError: It does not start; the error has the log.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: tuple[str, int] = free.getsockname()
    command = [str(python), "-B", *server, str(address[1])]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=dict(environment)
        )
    try:
        _wait(process, address, log)
        yield Service(process.pid, address)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_LIMIT)


def _wait(process: subprocess.Popen[bytes], address: tuple[str, int], log: Path) -> None:
    deadline = time.monotonic() + _LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise BenchError(
        f"the service did not start; make it work by itself first. Its log:\n{log.read_text()}"
    )
