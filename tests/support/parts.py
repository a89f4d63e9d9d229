"""Parts of an environment, made for a test, and the environment of them."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from collisions import Collisions, Part, Setting
from install_startup import install_startup
from link_environment import link_environment
from toolchain import ROOT

MANIFEST = "src/sample/pyproject.toml"


class Parts:
    """Parts of an environment, in a directory of the test."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.startup = Part(directory / "environment-startup", "environment-startup")
        package = ROOT / "nix/python/environment_startup"
        guard = ROOT / "nix/platform/read_only_store.py"
        install_startup(package, guard, self.startup.path)

    def part(self, name: str, files: Mapping[str, str | bytes], *, is_root: bool = False) -> Part:
        """Write a part, version 1.0 of a package, with files in its site-packages and elsewhere."""
        for path, content in files.items():
            file = self.directory / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return Part(self.directory / name, name, "1.0", is_root)

    def link(
        self,
        *parts: Part,
        launcher: str = "",
        app: str | None = None,
        server: Sequence[str] = (),
        command: str = "",
        borrowed: Sequence[Part] = (),
        choices: Mapping[str, str] | None = None,
        is_whole: bool = True,
    ) -> Path:
        """Make an environment of parts around the interpreter of this test.

        launcher is the module of a service with a command, app, server and command are as in
        launcher.Launcher, and choices are those of a manifest: packages by path.
        """
        described = {
            "command": command or launcher,
            "module": launcher,
            "app": app,
            "directory": f"src/{launcher}",
            "server": server,
        }
        env = {
            "python": sys.base_prefix,
            "cacert": "/cacert",
            "tzdata": "/tzdata",
            "locale": "/locale",
            "launcher": json.dumps(described) if launcher else "",
            "whole": "1" if is_whole else "",
        }
        settings = [Setting(path, name, MANIFEST) for path, name in (choices or {}).items()]
        out = self.directory / "env"
        collisions = Collisions(settings, MANIFEST)
        link_environment(out, [*parts, self.startup], collisions, env, borrowed)
        return out


def output(*command: str | Path) -> str:
    """Run a program in an empty environment and return what it prints."""
    return run(command, check=True).stdout.strip()


def run(command: Sequence[str | Path], *, check: bool) -> subprocess.CompletedProcess[str]:
    """Run a program in an empty environment."""
    words = [str(word) for word in command]
    return subprocess.run(words, env={}, text=True, capture_output=True, check=check)
