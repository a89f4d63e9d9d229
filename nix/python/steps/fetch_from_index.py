"""Fetch one locked file with pip's own finder, from the index that pip is configured for.

Environment, set by fetch/index.nix: project, file (its name on the index), size (in bytes),
outputHash (its hex SHA-256), out, configuration (JSON, see pip_configuration.lay_out), and, for an
index that the workspace's pyproject.toml names, indexUrl and isFlat ("1" for a page of files).
What arrives is checked by Nix.
"""

import json
import os
import re
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from optparse import Values
from pathlib import Path
from typing import Any

from patience import LateError, at_most
from pip._internal.commands import create_command
from pip._internal.exceptions import PipError
from pip._internal.models.format_control import FormatControl
from pip._internal.network.utils import raise_for_status
from pip._vendor.requests import RequestException, Response
from pip._vendor.urllib3.exceptions import HTTPError
from pip_configuration import CREDENTIALS, lay_out, log_in, read_credentials, without_login

PART = 1 << 16
"""How many bytes to read at a time."""

PATIENCE = 3600.0
"""For how long, in seconds, one file may arrive, with the pages that lead to it."""

MEMORY = 2 << 30
"""How many bytes of memory the step may take: pip reads a page of an index to its end."""

REFUSED = (401, 403, 407)
"""Answers to a request without the right login."""


class NotOnIndexError(Exception):
    """No index has the file; the message is the line for the user."""


class Source:
    """Where pip finds files: its configuration, and the answers that asked for a login."""

    def __init__(self, credentials: dict[str, Any] | None, index: str = "", flat: bool = False):
        # As `pip install` reads its configuration.
        self._command: Any = create_command("install")
        self.options: Values = self._command.parse_args(["--no-cache-dir", "--no-input"])[0]
        # An index of the manifest's own stands for all others.
        if index:
            self.options.index_url = index
            self.options.extra_index_urls = []
            self.options.find_links = [index] if flat else []
            self.options.no_index = flat
        # Whether the user prefers wheels or sdists was settled by the lock.
        self.options.format_control = FormatControl()
        log_in(self.options, credentials)
        self.refused: list[str] = []

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Yield pip's session, logged in and through its proxy, until the context ends."""
        with self._command.main_context():
            session = self._command.get_default_session(self.options)
            session.hooks["response"].append(self._note)
            yield session

    def links(self, session: Any, project: str, file: str, sha256: str) -> Sequence[Any]:
        """Return the links to a file; where several have its name, the one with the hash first."""
        finder = self._command._build_package_finder(
            self.options, session, ignore_requires_python=True
        )
        links = [candidate.link for candidate in finder.find_all_candidates(project)]
        return sorted(
            (link for link in links if link.filename == file), key=lambda link: link.hash != sha256
        )

    def _note(self, answer: Response, *_: object, **__: object) -> None:
        if answer.status_code in REFUSED:
            self.refused.append(f"{without_login(str(answer.url))} ({answer.status_code})")


def fetch(source: Source, project: str, file: str, *, size: int, sha256: str, out: Path) -> None:
    """Find a file among the project's candidates and download it to `out`.

    Args:
        source: Where to look.
        project: Its name on the index.
        file: The name of the file.
        size: How many bytes it has.
        sha256: Its digest, which tells files of one name apart.
        out: Where it is written.

    Raises:
        NotOnIndexError: No index has it.
        SystemExit: With one line, if an index has another file of its name.
    """
    with source.opened() as session:
        links = source.links(session, project, file, sha256)
        if not links:
            raise NotOnIndexError(
                f"error: {file} is not on the index that pip is configured for, project {project}. "
                "Check index-url (pip config list), or run ./please lock to lock what it has."
            )
        # As the server has it, not as a client that decodes might.
        answer = session.get(
            links[0].url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True
        )
        with answer:
            raise_for_status(answer)
            written = copy(answer.raw.read, out, size)
    host = without_login(links[0].url_without_fragment)
    if written > size:
        raise SystemExit(
            f"error: {host} sent more than the {size} bytes that the lock allows. It is not the "
            "file that was locked: ask the owner of the index, or run ./please lock."
        )


def copy(read: Callable[[int], bytes], out: Path, size: int) -> int:
    """Copy a stream into a file, at most one byte more than `size`; return how many bytes."""
    written = 0
    with out.open("wb") as file:
        while written <= size and (part := read(min(PART, size + 1 - written))):
            file.write(part)
            written += len(part)
    return written


def explain(error: Exception, source: Source | None, file: str, logins: str) -> str:
    """Return one line about a file that could not be fetched.

    Args:
        error: What pip or fetch raised.
        source: Its options and the answers that were refused, None before pip has read them.
        file: The name of the file.
        logins: "" where pip is configured without one, "missing" where there are some and the
            build has none, "given" where it has them.
    """
    client = getattr(source.options, "client_cert", None) if source else None
    if client and not Path(client).exists():
        return (
            f"error: {file} needs the client certificate {client}, which the sandbox does not "
            "show to a build: add its path to sandbox-paths in NIX_CONFIG, then build again."
        )
    if source and source.refused:
        refused = f"error: {file} cannot be fetched: {source.refused[-1]} wants another login. "
        if logins == "missing":
            return (
                f"{refused}pip's configuration or ~/.netrc has logins, but this build has none: "
                f"build with ./please, which passes them in {CREDENTIALS} (README.md, 'Packages of "
                "your own')."
            )
        return (
            f"{refused}Put it into pip's configuration (index-url) or ~/.netrc, then build again."
        )
    if isinstance(error, NotOnIndexError):
        return str(error)
    said = re.sub(r"://[^/?#\s]*@", "://", str(getattr(error, "message", error))).replace("\n", " ")
    return (
        f"error: {file} could not be fetched: {said}. Check the network and pip's configuration "
        "(pip config list), then build again."
    )


def main() -> None:
    """Run the build step."""
    env = os.environ
    credentials = read_credentials()
    configuration = json.loads(Path(env["configuration"]).read_text(encoding="utf-8"))
    variables = configuration["variables"].items()
    # Nix sets a variable that its environment lacks to nothing.
    given = credentials or any(env.get(name, "") not in ("", value) for name, value in variables)
    logins = "" if not configuration["hasLogins"] else "given" if given else "missing"
    source = None
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory(prefix="pip-") as directory:
        lay_out(configuration, credentials, Path(directory))
        try:
            source = Source(credentials, env.get("indexUrl", ""), bool(env.get("isFlat")))
            with at_most(PATIENCE):
                fetch(
                    source,
                    env["project"],
                    env["file"],
                    size=int(env["size"]),
                    sha256=env["outputHash"],
                    out=Path(env["out"]),
                )
        except (NotOnIndexError, PipError, RequestException, HTTPError, OSError) as error:
            # Without a traceback, which might quote a URL.
            raise SystemExit(explain(error, source, env["file"], logins)) from None
        except LateError as error:
            raise SystemExit(f"error: {env['file']} {error}. Ask the owner of the index.") from None
        except MemoryError:
            raise SystemExit(
                f"error: the index page of {env['project']} is larger than pip can read in "
                f"{MEMORY >> 20} MiB. Ask the owner of the index."
            ) from None


if __name__ == "__main__":
    main()
