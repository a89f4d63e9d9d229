"""A private index: what needs its login gets it, and nothing else ever shows it."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from artifacts import publish
from checkout import edit
from server import Server
from toolchain import ROOT, build, closure, environment, run
from wheels import wheel

pytestmark = pytest.mark.builds

NAME = "services-private"
LOGIN, PASSWORD = "__token__", "glpat-S3cr@t/0123456789"
ENCODED = "glpat-S3cr%40t%2F0123456789"
SECRETS = [PASSWORD, ENCODED, ENCODED.lower(), "S3cr"]


@pytest.fixture(autouse=True)
def _no_other_netrc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETRC", raising=False)


@pytest.fixture
def private(checkout: Path, tmp_path: Path, server: Server) -> Path:
    """A checkout with a service that needs a package of a private index; it has ./please."""
    file = wheel(tmp_path, NAME.replace("-", "_"), {"private.py": f"at = {str(tmp_path)!r}\n"})
    publish(server, NAME, file)
    server.logins["/"] = f"{LOGIN}:{PASSWORD}"
    shutil.copy(ROOT / "please", checkout)
    manifest = checkout / "src/tokens/pyproject.toml"
    edit(manifest, "dependencies = [", f'dependencies = [\n  "{NAME}",')
    return checkout


def configure(home: Path, server: Server, way: str) -> dict[str, str]:
    """Configure a login in one of the ways that pip has; return variables for it."""
    home.mkdir()
    with_login = server.url.replace("//", f"//{LOGIN}:{ENCODED}@")
    variables = {"HOME": str(home), "XDG_CONFIG_HOME": "", "PIP_CONFIG_FILE": ""}
    variables |= {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    if way == "netrc":
        netrc = f"machine 127.0.0.1 login {LOGIN} password {PASSWORD}\n"
        private_file(home / ".netrc", netrc)
        with_login = server.url
    if way == "variable":
        return {**variables, "PIP_EXTRA_INDEX_URL": f"{with_login}/simple/"}
    text = f"[global]\nextra-index-url = {with_login}/simple\n"
    private_file(home / ".config/pip/pip.conf", text)
    return variables


def private_file(path: Path, text: str) -> None:
    """Write a file that its owner alone may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def please(root: Path, variables: dict[str, str], *arguments: str) -> str:
    """Run ./please with success; return all that it writes."""
    done = subprocess.run(
        [root / "please", *arguments],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@contextmanager
def watched() -> Iterator[list[str]]:
    """Yield the command lines of all processes, as they show up while the context lasts."""
    seen: list[str] = []
    end = threading.Event()

    def watch() -> None:
        while not end.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(path.read_text(errors="replace"))
                except OSError:
                    continue  # it has ended

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize("way", ["file", "variable", "netrc"])
def test_a_login_is_seen_nowhere(private: Path, tmp_path: Path, server: Server, way: str) -> None:
    variables = configure(tmp_path / "home", server, way)
    with watched() as seen:
        said = please(private, variables, "lock")
        said += please(private, variables, "build", "tokens")
    lock = (private / "nix/lock/python/default.json").read_text()
    assert json.loads(lock)["packages"][NAME]["index"] == "extra-index-url"
    assert any("uv\0lock" in line for line in seen)
    derivation = run("nix-instantiate", ".", "-A", "tokens", root=private, variables=variables)
    path = Path(derivation.stdout.strip())
    fetches = [
        drv
        for drv in closure(path)
        if drv.name.endswith("services_private-1.0-py3-none-any.whl.drv")
    ]
    (fetch,) = fetches
    log = run("nix-store", "--read-log", fetch).stdout
    everything = [said, lock, log, *seen]
    assert not [text for text in everything for secret in SECRETS if secret in text]
    # All that the build was made of, with what their sources say, and all that it made.
    paths = {*closure(path), *closure(build("tokens", root=private, variables=variables))}
    patterns = [word for secret in SECRETS for word in ("-e", secret)]
    found = subprocess.run(
        ["grep", "-rlF", *patterns, *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert found.stdout == ""


@pytest.mark.parametrize("fault", ["lock", "build"])
def test_a_login_is_in_no_error(private: Path, tmp_path: Path, server: Server, fault: str) -> None:
    variables = configure(tmp_path / "home", server, "file")
    if fault == "build":
        please(private, variables, "lock")
    server.logins["/"] = "another:login"
    with watched() as seen:
        done = subprocess.run(
            [private / "please", *(["lock"] if fault == "lock" else ["build", "tokens"])],
            env={**environment(), **variables, "UV_CACHE_DIR": str(tmp_path / "uv")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    if fault == "lock":
        assert f"the package index {server.url}/simple refuses the login (401)" in done.stderr
    else:
        assert "(401) wants another login. Put it into pip's configuration" in done.stderr
    assert not [text for text in [done.stderr, *seen] for secret in SECRETS if secret in text]


def test_a_login_stays_out_of_what_please_starts(
    private: Path, tmp_path: Path, server: Server
) -> None:
    variables = configure(tmp_path / "home", server, "file")
    said = please(private, variables, "shell", "treestatus", "--run", "env")
    assert "SERVICES_PIP_CREDENTIALS" not in said
    assert not [secret for secret in SECRETS if secret in said]
