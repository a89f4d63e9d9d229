"""The servers of one project: starting and ending them, and the variables of services."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from needs import catalogue, linux, supervisor
from needs.errors import NeedsError
from needs.record import Record
from needs.server import Server

LIMIT = 120.0
"""How long a server may take until it answers, in seconds."""

PAUSE = 0.02
"""How long to wait before looking again, in seconds."""


@dataclass(frozen=True)
class Session:
    """Servers by name, with the prefix of each; their directory, and the process that owns them.

    `command` runs this program: a supervisor is one more process of it.
    """

    prefixes: Mapping[str, Path]
    directory: Path
    owner: int
    command: Sequence[str]
    _supervisors: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def choose(self, names: Sequence[str]) -> Sequence[str]:
        """Return the names, or all when there are none. Raises NeedsError for an unknown one."""
        for name in names:
            if name not in self.prefixes:
                raise NeedsError(
                    f"{name!r} is not among the servers here ({', '.join(self.prefixes)}). Ask "
                    "for it in the manifest: [tool.services] needs in pyproject.toml."
                )
        return names or list(self.prefixes)

    def start(self, names: Sequence[str]) -> None:
        """Start servers and wait until each answers. Raises NeedsError if one does not."""
        for name in names:
            self.record(name).make()
            if not self.record(name).is_supervised():
                self._start_supervisor(name)
        limit = time.monotonic() + LIMIT
        for name in names:
            while not self._answers(name):
                if time.monotonic() > limit:
                    raise self._failure(name, f"did not answer within {LIMIT:.0f} s")
                time.sleep(PAUSE)

    def stop(self, names: Sequence[str]) -> None:
        """Let servers finish what they do, and wait until they have ended."""
        self._end(names, supervisor.STOP)

    def kill(self, names: Sequence[str]) -> None:
        """Kill servers, and wait until they are gone."""
        self._end(names, supervisor.KILL)

    def freeze(self, names: Sequence[str]) -> None:
        """Stop the processes of servers where they are, and keep their sockets open (SIGSTOP)."""
        self._signal(names, signal.SIGSTOP)

    def thaw(self, names: Sequence[str]) -> None:
        """Let frozen servers go on."""
        self._signal(names, signal.SIGCONT)

    def is_running(self, name: str) -> bool:
        """Return whether a server was started, and not ended since."""
        return self.record(name).supervisor() is not None

    def variables(self, names: Sequence[str]) -> dict[str, str]:
        """Return the variables of servers that were started at least once."""
        return {
            key: value for name in names for key, value in self._server(name).variables().items()
        }

    def record(self, name: str) -> Record:
        """Return the record of a server."""
        return Record(self.directory / name)

    def _server(self, name: str) -> Server:
        return catalogue.find(name)(self.record(name).place(self.prefixes[name]))

    def _answers(self, name: str) -> bool:
        """Return whether a server answers; start a supervisor if it has none any more.

        Raises:
            NeedsError: it ended by itself.
        """
        record, started = self.record(name), self._supervisors.get(name)
        if record.supervisor() is not None:
            with suppress(OSError):
                return self._server(name).answers()
        elif not record.is_supervised():
            status = started.poll() if started else supervisor.BUSY
            if status == supervisor.BUSY:
                # Its supervisor was about to end.
                self._start_supervisor(name)
            elif status is not None:
                raise self._failure(name, "did not start")
        return False

    def _failure(self, name: str, what: str) -> NeedsError:
        record = self.record(name)
        return NeedsError(f"{name} {what}. Its log, {record.log}, ends like this:\n{record.tail()}")

    def _start_supervisor(self, name: str) -> None:
        path = self.record(name).path
        arguments = ["supervise", str(path), str(self.prefixes[name]), str(self.owner)]
        self._supervisors[name] = subprocess.Popen(
            [*self.command, *arguments],
            cwd=path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _signal(self, names: Sequence[str], number: signal.Signals) -> None:
        for name in names:
            # NB: the supervisor itself has to go on; for it, the signal means nothing.
            if (pid := self.record(name).signal(signal.SIGCONT)) is not None:
                linux.signal_descendants(pid, number)

    def _end(self, names: Sequence[str], how: signal.Signals) -> None:
        for name in names:
            record, told = self.record(name), None
            while record.is_supervised():
                if record.supervisor() != told:
                    self._signal([name], signal.SIGCONT)  # a frozen server would not end
                    told = record.signal(how)
                time.sleep(PAUSE)
