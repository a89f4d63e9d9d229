"""The build backend of a source tree, and its hooks (PEP 517)."""

import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

# What a source tree without a [build-system] table gets, as PEP 517 says.
LEGACY = "setuptools.build_meta:__legacy__"

# How the process of a hook ends.
DONE, FAILED, UNAVAILABLE = range(3)


class BackendError(Exception):
    """A hook failed; the text is what it printed."""


class BackendUnavailableError(Exception):
    """A backend cannot be imported; the text is its name."""


def call_hook(source: Path, manifest: Mapping[str, Any], hook: str, directory: Path) -> str:
    """Call a hook that puts something into a directory, and return the name of that.

    The hook runs in a process of its own, in the source tree whose pyproject.toml has the content
    `manifest`. It is a fork of this one: what calls hooks does little else, and to start Python
    again would take as long as most of them.

    Raises BackendUnavailableError and BackendError.
    """
    system = manifest.get("build-system", {})
    name = system.get("build-backend", LEGACY)
    path = [str((source / entry).absolute()) for entry in system.get("backend-path", [])]
    said, answered = os.memfd_create("said"), os.memfd_create("answered")
    child = os.fork()
    if child == 0:
        sys.stdout = sys.stderr = open(said, "w", closefd=False)  # noqa: SIM115
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(source)
        sys.path[:0] = path
        status = _call(name, hook, str(directory.absolute()), answered)
        sys.stdout.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    printed, answer = _content(said), _content(answered)
    if status == UNAVAILABLE:
        raise BackendUnavailableError(name)
    if status != DONE:
        raise BackendError(printed)
    return answer


def _call(name: str, hook: str, directory: str, answered: int) -> int:
    """Write what a hook returns to a file; return how that ended."""
    module, _, attributes = name.partition(":")
    try:
        backend: Any = import_module(module)
    except ImportError:
        return UNAVAILABLE
    try:
        for attribute in filter(None, attributes.split(".")):
            backend = getattr(backend, attribute)
        os.write(answered, getattr(backend, hook)(directory).encode())
    except BaseException:  # noqa: BLE001  of whatever kind: it is told where the hook was called
        traceback.print_exc()
        return FAILED
    return DONE


def _content(file: int) -> str:
    """Return what was written to an open file, and close it."""
    os.lseek(file, 0, os.SEEK_SET)
    with open(file, encoding="utf-8", errors="replace") as content:
        return content.read()
