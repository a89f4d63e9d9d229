"""A directory of keys, which a command rotates while the service runs.

Each file is named for the time when its key was made. A new key is published at once, and signs
after other services had the time to fetch it. Older keys verify what they signed, until they are
removed.
"""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend_common.auth import keys
from backend_common.auth.keys import OwnKeys
from backend_common.core.settings import SettingError

SETTING = "AUTH_KEY_DIRECTORY"

DELAY = timedelta(minutes=10)
"""How long a key is published before it signs.

That is more than HTTP caches keep the key set (five minutes), and services do not fetch it again.
"""

KEEP = timedelta(days=366)
"""How long a key verifies after it has ceased to sign, unless the command says otherwise."""

_NAME = "%Y%m%dT%H%M%SZ.pem"


class KeyDirectory:
    """The keys in one directory.

    :param service: the name of the service, for errors.
    :param makes: whether the first key is made when one is needed, as in development.
    """

    def __init__(self, service: str, directory: Path, *, makes: bool) -> None:
        self._service = service
        self._directory = directory
        self._makes = makes
        self._lock = threading.Lock()
        self._keys: OwnKeys | None = None
        self._seen: int | None = None
        self._until = datetime.min.replace(tzinfo=UTC)

    def current(self) -> OwnKeys:
        """Return the keys of now, which are read again when the directory has changed.

        :raises SettingError: a file is not a key, or the directory cannot be read.
        """
        now, keys_ = datetime.now(UTC), self._keys
        if keys_ is not None and now < self._until and self._changed() == self._seen:
            return keys_
        with self._lock:
            return self._read(now)

    def rotate(self, keep: timedelta = KEEP) -> tuple[Path, datetime, list[Path]]:
        """Make a key; return its file, when it begins to sign, and the files that were removed.

        :param keep: how long a key that has ceased to sign still verifies: longer than any token.
        :raises SettingError: the directory cannot be read or written, or a file is not a key.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        file = self._directory / now.strftime(_NAME)
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            keys.make(file)
            made = self._made()
            later = [time + DELAY for time, _ in made[1:]]
            # A key ceases to sign when the next one begins to.
            old = [it for (_, it), end in zip(made, later, strict=False) if end + keep < now]
            for each in old:
                each.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(error) from error
        begins = now if len(made) == 1 else now + DELAY
        return file, begins, old

    def _read(self, now: datetime) -> OwnKeys:
        """Read the keys; the lock is held."""
        self._seen = self._changed()
        made = self._made()
        if not made and self._makes:
            self.rotate()
            self._seen, made = self._changed(), self._made()
        ready = [number for number, (time, _) in enumerate(made) if time + DELAY <= now]
        first = ready[-1] if ready else 0
        files = [file for _, file in made]
        order = [*files[first : first + 1], *files[first + 1 :], *reversed(files[:first])]
        self._keys = OwnKeys([keys.read(self._service, SETTING, file) for file in order])
        coming = [time + DELAY for time, _ in made if time + DELAY > now]
        self._until = min(coming, default=datetime.max.replace(tzinfo=UTC))
        return self._keys

    def _changed(self) -> int | None:
        """Return when the directory was changed; None if it is not there."""
        try:
            return self._directory.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._error(error) from error

    def _made(self) -> list[tuple[datetime, Path]]:
        """Return the files with keys, and when they were made, the oldest first."""
        try:
            files = sorted(self._directory.glob("*.pem"))
        except OSError as error:
            raise self._error(error) from error
        return sorted((self._time(file), file) for file in files)

    def _time(self, file: Path) -> datetime:
        try:
            return datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
        except ValueError as error:
            message = (
                f"the setting {SETTING} of {self._service!r} is wrong: {file} is not named for the "
                "time when it was made, such as 20300131T120000Z.pem; rename or remove it"
            )
            raise SettingError(message) from error

    def _error(self, error: OSError) -> SettingError:
        return SettingError(
            f"the keys of {self._service!r} in {self._directory} cannot be read or written: "
            f"{error.strerror}; correct {SETTING}, or the permissions of the directory"
        )
