"""What Nix says while it works: the lines of `--log-format internal-json`.

Nix documents the format nowhere; the names and numbers are those of its src/libutil/logging.hh,
the same from Nix 2.3 to 2.34. What will be built it lists in messages, src/libmain/shared.cc.
"""

import json
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_PREFIX = "@nix "
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_PLANNED = re.compile(r"  (/nix/store/\S+\.drv)")
_STORE_NAME = re.compile(r"/nix/store/[0-9a-z]{32}-([^/']+?)(?:\.drv)?$")


class _Activity(IntEnum):
    """What an activity is about, ActivityType; those that are of no interest are left out."""

    COPY_PATH = 100
    BUILDS = 104
    BUILD = 105


class _Result(IntEnum):
    """What is said of a running activity, ResultType."""

    BUILD_LOG_LINE = 101
    PROGRESS = 105


class _Level(IntEnum):
    """How much a message matters, Verbosity."""

    ERROR = 0
    WARN = 1


@dataclass(frozen=True)
class Planned:
    """A derivation that will be built. Nix lists them all before it begins the first."""

    path: str


@dataclass(frozen=True)
class Started:
    """A build, or a copy of a store path from elsewhere, has begun."""

    activity: int
    path: str
    verb: str

    @property
    def name(self) -> str:
        """The store path's name, without its hash."""
        return store_name(self.path)


@dataclass(frozen=True)
class Stopped:
    """An activity is over, well or not."""

    activity: int


@dataclass(frozen=True)
class Logged:
    """A line of a builder's output."""

    activity: int
    line: str


@dataclass(frozen=True)
class Progress:
    """How many builds are done, of how many that are known to be needed."""

    done: int
    expected: int


@dataclass(frozen=True)
class Failed:
    """An error, of the evaluation or of a build."""

    text: str


@dataclass(frozen=True)
class Remark:
    """Anything else that is worth showing: a warning, a trace."""

    text: str


Event = Planned | Started | Stopped | Logged | Progress | Failed | Remark


class Reader:
    """Turns lines into events; remembers which activity counts the builds."""

    def __init__(self) -> None:
        self._builds: int | None = None

    def read(self, line: str) -> Event | None:
        """Return what a line says, None for what nobody here needs."""
        if not line.startswith(_PREFIX):
            return Remark(plain(line).rstrip()) if line.strip() else None
        said = json.loads(line.removeprefix(_PREFIX))
        match said["action"]:
            case "start":
                return self._started(said)
            case "stop":
                return Stopped(said["id"])
            case "result":
                return self._result(said)
            case "msg":
                return _message(said)
        return None

    def _started(self, said: dict[str, Any]) -> Event | None:
        if said["type"] == _Activity.BUILDS:
            self._builds = said["id"]
        elif said["type"] == _Activity.BUILD:
            return Started(said["id"], said["fields"][0], "building")
        elif said["type"] == _Activity.COPY_PATH:
            return Started(said["id"], said["fields"][0], "fetching")
        return None

    def _result(self, said: dict[str, Any]) -> Event | None:
        fields = said["fields"]
        if said["type"] == _Result.BUILD_LOG_LINE:
            return Logged(said["id"], plain(fields[0]))
        if said["type"] == _Result.PROGRESS and said["id"] == self._builds:
            return Progress(done=fields[0], expected=fields[1])
        return None


def plain(text: str) -> str:
    """Return a text without the terminal's styles."""
    return _STYLE.sub("", text)


def store_name(path: str) -> str:
    """Return the name in a store path: no hash, no `.drv`."""
    match = _STORE_NAME.search(path)
    return match[1] if match else path


def _message(said: dict[str, Any]) -> Event | None:
    if said["level"] == _Level.ERROR:
        # raw_msg is the message without a trace of the evaluation; Nix 2.3 has none.
        text = plain(said.get("raw_msg") or said["msg"]).strip()
        return Failed(text.removeprefix("error:").strip())
    if said["level"] == _Level.WARN:
        return Remark(plain(said["msg"]).strip())
    planned = _PLANNED.fullmatch(said["msg"])
    return Planned(planned[1]) if planned else None
