"""PostgreSQL, with one superuser; it is safe from kill, not from a power failure (fsync is off)."""

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from needs.server import HOST, Server, url

USER = "services"

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
        """Make a cluster, all at once."""
        place = self.place
        if not place.data.is_dir():
            new, password = place.directory / "data.new", place.directory / "password"
            shutil.rmtree(new, ignore_errors=True)
            password.write_text(place.secret)
            self.run(
                *[self._program("initdb"), "--pgdata", str(new), "--username", USER],
                *["--auth", "scram-sha-256", "--pwfile", str(password)],
                *["--encoding", "UTF8", "--no-locale", "--no-sync"],
            )
            password.unlink()
            new.rename(place.data)
        time_zones = place.prefix / "share/zoneinfo"
        if time_zones.is_dir():
            # Where PostgreSQL looks for them: see nix/platform/debian/servers/postgresql.py.
            link = place.data / "zoneinfo"
            link.unlink(missing_ok=True)
            link.symlink_to(time_zones)

    def command(self) -> Sequence[str]:
        """Return the command of the server."""
        settings = {**SETTINGS, "port": self.place.ports["main"]}
        options = [word for item in settings.items() for word in ("-c", "{}={}".format(*item))]
        return [self._program("postgres"), "-D", str(self.place.data), *options]

    def answers(self) -> bool:
        """Return whether it accepts connections: not while it recovers."""
        port = str(self.place.ports["main"])
        probe = [self._program("pg_isready"), "--quiet", "--host", HOST, "--port", port]
        with self.spawn(probe, Path("/")) as running:
            return running.wait() == 0

    def variables(self) -> dict[str, str]:
        """Return where the database is."""
        return {"DATABASE_URL": url("postgresql", USER, self.place, "postgres")}

    def _program(self, name: str) -> str:
        return str(self.place.prefix / "bin" / name)
