"""PostgreSQL, with one superuser; it is safe from kill, not from a power failure (fsync is off)."""

import os
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from needs.server import HOST, Server, url

USER = "services"

TIMEOUT = 1.0
"""How long it may take to accept a connection, in seconds."""

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "off",
    # Below /dev/shm, what a killed server had there would stay until its next start.
    "dynamic_shared_memory_type": "mmap",
}


class PostgreSQL(Server):
    """The database `postgres` of a cluster in `data`."""

    # A fast shutdown: it disconnects clients and does not wait for them to leave.
    stop_signal = signal.SIGINT

    def prepare(self) -> None:
        """Copy the cluster that was made once, all at once, and give its user the password."""
        data = self.place.data
        if not data.is_dir():
            new = self.place.directory / "data.new"
            shutil.rmtree(new, ignore_errors=True)
            cluster = self.place.prefix / "cluster"
            _copy(cluster / "data", new)
            self._link_time_zones(new)
            # pg_resetwal replaces a control file that is broken, but not one that is missing.
            (new / "global/pg_control").touch()
            options = (cluster / "reset").read_text().split()
            self.run(self._program("pg_resetwal"), "--force", *options, str(new))
            # In single-user mode nobody can connect. The statement is not in the arguments, which
            # other users can see.
            self.run(
                *[self._program("postgres"), "--single", "-D", str(new)],
                *_options({**SETTINGS, "exit_on_error": "on"}),
                "postgres",
                directory=new,
                text=f"ALTER USER {USER} PASSWORD '{self.place.secret}'\n",
            )
            new.rename(data)
        self._link_time_zones(data)

    def command(self) -> Sequence[str]:
        """Return the command of the server."""
        settings = {**SETTINGS, "port": self.place.ports["main"]}
        return [self._program("postgres"), "-D", str(self.place.data), *_options(settings)]

    def answers(self) -> bool:
        """Return whether it accepts connections: not while it recovers."""
        port = self.place.ports["main"]
        # Until it listens, a refused connection costs less than the start of a program.
        socket.create_connection((HOST, port), TIMEOUT).close()
        probe = [self._program("pg_isready"), "--quiet", "--host", HOST, "--port", str(port)]
        with self.spawn(probe, Path("/")) as running:
            return running.wait() == 0

    def variables(self) -> dict[str, str]:
        """Return where the database is."""
        return {"DATABASE_URL": url("postgresql", USER, self.place, "postgres")}

    def _link_time_zones(self, data: Path) -> None:
        """Link the time zones where PostgreSQL looks for them.

        See nix/platform/debian/servers/postgresql.py.
        """
        time_zones = self.place.prefix / "share/zoneinfo"
        if time_zones.is_dir():
            link = data / "zoneinfo"
            link.unlink(missing_ok=True)
            link.symlink_to(time_zones)

    def _program(self, name: str) -> str:
        return str(self.place.prefix / "bin" / name)


def _options(settings: Mapping[str, object]) -> list[str]:
    return [word for item in settings.items() for word in ("-c", "{}={}".format(*item))]


def _copy(source: Path, target: Path) -> None:
    """Copy a directory out of the store, whose files and directories are read-only."""
    for parent, _, files in os.walk(source):
        place = target / Path(parent).relative_to(source)
        place.mkdir()
        for name in files:
            shutil.copyfile(Path(parent, name), place / name)
