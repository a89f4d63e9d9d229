"""A private apt: one suite of one mirror, any architecture, signatures always checked."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from debian.deb822 import Release

from please_cli import process
from please_cli.errors import UserError

_HELPER = "/usr/lib/apt/apt-helper"


class Apt:
    """Runs apt with a state and a source of its own.

    It neither reads nor changes the package lists of the machine.

    Args:
        root: An empty directory for the state of apt.
        architectures: The architectures to fetch indexes for, in Debian's spelling.
    """

    def __init__(self, root: Path, architectures: Iterable[str]) -> None:
        self._root = root
        self._conf = root / "apt.conf"
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            (root / name).mkdir(parents=True)
        listed = " ".join(f'"{architecture}";' for architecture in architectures)
        # apt reads --config-file last, so this replaces settings of the machine.
        self._conf.write_text(
            f'Dir::State "{root}";\n'
            f'Dir::State::lists "{root}/lists/";\n'
            'Dir::State::status "/dev/null";\n'
            f'Dir::Cache "{root}/cache";\n'
            'Dir::Etc::sourcelist "/dev/null";\n'
            f'Dir::Etc::sourceparts "{root}/parts";\n'
            "#clear APT::Architectures;\n"
            f"APT::Architectures {{ {listed} }};\n"
            # The machine's hooks would run as root.
            "#clear APT::Update::Pre-Invoke;\n"
            "#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n"
            # Make every failed download or signature an error, not a warning.
            'APT::Update::Error-Mode "any";\n'
        )

    def update(self, source: str) -> None:
        """Fetch the indexes of a source and check their signature.

        Args:
            source: The text of a .sources file, see sources.list(5).

        Raises:
            UserError: The mirror cannot be reached, or its signature is not trusted.
        """
        (self._root / "parts" / "debian.sources").write_text(source)
        self._run("apt-get", "update", "--quiet=2")

    def index(self, architecture: str) -> Iterator[str]:
        """Yield the lines of the Packages index for an architecture, in Debian's spelling."""
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

    def date(self) -> datetime:
        """Return when the suite was published, as its signed Release file says.

        Raises:
            UserError: The file has no date.
        """
        lists = self._root / "lists"
        (file, *_) = [*lists.glob("*_InRelease"), *lists.glob("*_Release")]
        try:
            date: str = Release(file.read_bytes())["Date"]
            return parsedate_to_datetime(date).astimezone(UTC)
        except (KeyError, ValueError) as error:
            raise UserError(
                f"{file.name} of the mirror has no Date that can be read; take another mirror: set "
                "SERVICES_DEBIAN_MIRROR to its base URL"
            ) from error

    def download(self, package: str, architecture: str) -> Path:
        """Download the .deb of a package, check it against the index, and return its path."""
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
    """Yield an Apt for some architectures, in Debian's spelling; delete its state afterwards."""
    with tempfile.TemporaryDirectory(prefix="please-apt-") as name:
        root = Path(name)
        # apt reads and writes it as the user _apt.
        root.chmod(0o755)
        yield Apt(root, architectures)


def run(program: str, *arguments: str, directory: Path | None = None) -> str:
    """Run a program of apt and return its output.

    Raises:
        UserError: The program fails, or is not installed. The details are its error output.
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
            f"{program} is not installed; run `./please lock --platform` on Debian"
        ) from error
    if done.returncode:
        raise UserError(explain(done.stderr), done.stderr)
    return done.stdout


def explain(said: str) -> str:
    """Return one line about a failure of apt: the cause, and what to do next."""
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
    return "apt failed; read its output below, then run `./please lock --platform` again"
