"""A private apt: the machine's mirror and keys, one suite, any architecture, signatures checked."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from please_cli import process
from please_cli.errors import UserError

_HELPER = "/usr/lib/apt/apt-helper"


class Apt:
    """Run apt for some architectures, with its state in `root`, an empty directory, and one source.

    Nothing of the machine's own package lists is read or changed.
    """

    def __init__(self, root: Path, architectures: Iterable[str]) -> None:
        self._root = root
        self._conf = root / "apt.conf"
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            (root / name).mkdir(parents=True)
        listed = " ".join(f'"{architecture}";' for architecture in architectures)
        # Given with --config-file this comes after all of the machine's own settings.
        self._conf.write_text(
            f'Dir::State "{root}";\n'
            f'Dir::State::lists "{root}/lists/";\n'
            'Dir::State::status "/dev/null";\n'
            f'Dir::Cache "{root}/cache";\n'
            'Dir::Etc::sourcelist "/dev/null";\n'
            f'Dir::Etc::sourceparts "{root}/parts";\n'
            "#clear APT::Architectures;\n"
            f"APT::Architectures {{ {listed} }};\n"
            # Hooks of the machine, and they would run as its administrator.
            "#clear APT::Update::Pre-Invoke;\n"
            "#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n"
            # A mirror that fails, or a signature, is an error and not a warning.
            'APT::Update::Error-Mode "any";\n'
        )

    def update(self, source: str) -> None:
        """Fetch and check the indexes of `source`, the text of a .sources file."""
        (self._root / "parts" / "debian.sources").write_text(source)
        self._run("apt-get", "update", "--quiet=2")

    def index(self, architecture: str) -> Iterator[str]:
        """Return the lines of the Packages index for an architecture, in Debian's spelling."""
        names = self._run(
            "apt-get",
            "indextargets",
            "--format",
            "$(FILENAME)",
            "Created-By: Packages",
            f"Architecture: {architecture}",
        )
        for name in names.splitlines():
            yield from self._run(_HELPER, "cat-file", name).splitlines(keepends=True)

    def download(self, package: str, architecture: str) -> Path:
        """Return the checked .deb of a package, in a directory of its own."""
        directory = Path(tempfile.mkdtemp(dir=self._root, prefix=f"{package}-{architecture}-"))
        directory.chmod(0o755)
        self._run(
            "apt-get", "download", "--quiet=2", f"{package}:{architecture}", directory=directory
        )
        return next(directory.glob("*.deb"))

    def _run(self, program: str, *arguments: str, directory: Path | None = None) -> str:
        options: Sequence[str] = ("--config-file", str(self._conf))
        return run(program, *options, *arguments, directory=directory)


@contextmanager
def private(architectures: Iterable[str]) -> Iterator[Apt]:
    """Make an Apt for some architectures, in Debian's spelling; its state is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="please-apt-") as name:
        root = Path(name)
        # apt drops its privileges to read and write below it.
        root.chmod(0o755)
        yield Apt(root, architectures)


def configured() -> list[Path]:
    """Return the files in which the machine's apt looks for mirrors, in apt's order."""
    dump = run(
        "apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"
    )
    found = dict(re.findall(r"^(\w+)='(.*)'$", dump, re.MULTILINE))
    parts = Path(found["PARTS"])
    files = [Path(found["LIST"])]
    if parts.is_dir():
        files += sorted(path for path in parts.iterdir() if path.suffix in (".list", ".sources"))
    return [path for path in files if path.is_file()]


def run(program: str, *arguments: str, directory: Path | None = None) -> str:
    """Return what an apt program prints.

    Raises UserError, with what the program said, when it fails or is not there.
    """
    try:
        done = process.run(
            [program, *arguments],
            cwd=directory,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        raise UserError(
            f"{program} is not on this machine; run `./please lock --platform` on Debian"
        ) from error
    if done.returncode:
        raise UserError(explain(done.stderr), done.stderr)
    return done.stdout


def explain(said: str) -> str:
    """Return one line about a failure of apt: what happened, and what to do next."""
    if re.search(r"Could not resolve|Temporary failure|Could not connect|Cannot initiate", said):
        return (
            "apt cannot reach the mirror; check the network and the machine's apt configuration, "
            "then run `./please lock --platform` again"
        )
    if re.search(r"NO_PUBKEY|is not signed|signatures? (?:couldn't|were invalid)|EXPKEYSIG", said):
        return (
            "apt does not trust the signature of the mirror; install debian-archive-keyring, or "
            "name the right key as Signed-By of the mirror in apt's configuration"
        )
    if "No space left" in said:
        return (
            "no space left for apt's indexes (about 100 MB); make room in the temporary directory"
        )
    return "apt failed; see what it says below, then run `./please lock --platform` again"
