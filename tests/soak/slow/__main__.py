"""Runs the campaign: `python -m soak.slow SHARE`."""

import http.client
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slow_clients import KINDS, Address, SlowClients

from ..campaign import Tally
from ..serving import started

EACH = 256
"""The connections of each kind."""

DEADLINE, WINDOW = 30.0, 10.0
"""The defaults of the server, in seconds."""

SENDERS = ("silent", "head", "body")
ANSWERS = [name for name in KINDS if name not in SENDERS]
"""The kinds of clients that send, and those that do not read."""

LATE = 1.0
"""The seconds that others may wait for an answer."""

PACE = 0.5
"""The seconds between two bytes of a slow client."""

KIBIBYTES = 64
"""The memory that a connection may take."""

PIECE = 64
"""The KiB of memory that the application holds for each answer that it generates."""

ENOUGH = 64
"""From so many connections of each kind on, waits and memory count. With fewer, they say more of
the machine than of the server: they are printed, and do not count."""

LIMIT = 60
"""How long anything else may take, in seconds."""


@dataclass
class Others:
    """The answers to other clients.

    Attributes:
        answers: How many there were.
        wrong: How many of them failed.
        late: How many of the others came late.
        worst: The longest wait, in seconds.
    """

    answers: int = 0
    wrong: int = 0
    late: int = 0
    worst: float = 0
    notes: list[str] = field(default_factory=list)

    def ask(self, address: Address) -> None:
        """Send one request on a connection of its own."""
        began = time.monotonic()
        try:
            with closing(http.client.HTTPConnection(*address, timeout=LIMIT)) as connection:
                connection.request("GET", "/")
                is_right = connection.getresponse().read() == b"hello"
        except (OSError, http.client.HTTPException) as error:
            is_right = False
            self.notes.append(f"another client: {error!r}")
        took = time.monotonic() - began
        self.answers += 1
        self.wrong += not is_right
        self.late += is_right and took > LATE
        self.worst = max(self.worst, took)


@dataclass(frozen=True)
class Server:
    """The service as it runs.

    Attributes:
        worker: The process id of its worker.
        address: Its address.
        patience: The seconds after which every slow connection must have ended.
    """

    worker: int
    address: Address
    patience: float


@dataclass(frozen=True)
class Round:
    """What became of the connections of one round.

    Attributes:
        connections: How many there were.
        left: How many did not end.
        memory: The KiB that each took, beyond those of the application.
    """

    connections: int
    left: int
    memory: float


def main(share: float) -> None:
    """Hold a share of the connections, and print the tally."""
    each = max(round(EACH * share), 4)
    deadline, window = (DEADLINE, WINDOW) if share == 1 else (DEADLINE / 10, WINDOW / 10)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    others = Others()
    with serving(deadline, window) as server:
        for _ in range(100):
            others.ask(server.address)
        rounds = [hold(server, answer, each, others) for answer in ANSWERS]
    total = sum(found.connections for found in rounds)
    above = max(0, *(round(found.memory - KIBIBYTES) for found in rounds))
    Tally(
        tried=total,
        planned=4 * each * len(ANSWERS),
        counts={
            "not ended by a deadline": sum(found.left for found in rounds),
            "answers to others that failed": others.wrong,
            "answers to others that took more than a second": others.late if each >= ENOUGH else 0,
            "KiB of memory above 64 for each": above if each >= ENOUGH else 0,
        },
        notes=[
            f"{others.answers} answers to others, the slowest after {others.worst:.3f} s",
            f"{others.late} answers to others took more than a second",
            *(f"{found.memory:.1f} KiB of memory for each" for found in rounds),
            *others.notes[:10],
        ],
    ).print()


def hold(server: Server, answer: str, each: int, others: Others) -> Round:
    """Hold connections of the four kinds until all have ended, or should have."""
    kinds = [KINDS[name] for name in (*SENDERS, answer)]
    before = peak = memory(server.worker)
    clients = [SlowClients(server.address, kind, each, PACE) for kind in kinds]
    end = time.monotonic() + server.patience
    while any(group.open for group in clients) and time.monotonic() < end:
        others.ask(server.address)
        peak = max(peak, memory(server.worker))
    left = sum(group.open for group in clients)
    for group in clients:
        group.close()
    total = each * len(kinds)
    held = each * PIECE if answer == "answer, generated" else 0
    return Round(total, left, (peak - before - held) / total)


@contextmanager
def serving(deadline: float, window: float) -> Iterator[Server]:
    """Serve, until the end of the block."""
    limits = {f"SERVING_{name}": str(deadline) for name in ("IDLE", "HEAD", "BODY", "ANSWER")}
    here = Path(__file__).parent
    variables = {
        **os.environ,
        **limits,
        "SERVING_WINDOW": str(window),
        "PYTHONPATH": f"{here}:{os.environ['PYTHONPATH']}",
        "TMPDIR": str(Path.cwd()),
    }
    with started("serving", "sluggish", variables) as (process, address):
        Others().ask(address)  # so that there is a worker
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        # The last progress may be at the end of a window.
        yield Server(int(children.read_text()), address, 2 * deadline + 2 * window + LIMIT / 6)


def memory(process: int) -> int:
    """Return the resident memory of a process, in KiB (proc(5), status)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main(float(sys.argv[1]))
