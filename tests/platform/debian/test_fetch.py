"""Debian packages come from a mirror, a substituter or an archive of snapshots, and errors help."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from server import Server, serving
from toolchain import ROOT, NixError, environment, evaluate, run

pytestmark = pytest.mark.builds

POOL = "pool/main/p/paint/paint_1%3a2~rc1_amd64.deb"
SNAPSHOT = "20261122T091544Z"

# The derivation of one package, as the platform makes it.
EXPRESSION = """
  let inherit (import ./. {{ }}) toolchain; in
  (import ./nix/platform/debian/fetch.nix {{
    system = builtins.currentSystem;
    mirror = "{mirror}";
    tools = {{ inherit (toolchain.platform) busybox openssl; }};
    lock = {{
      codename = "trixie";
      snapshot = {snapshot};
      packages.paint = {{ file = "{file}"; sha256 = "{sha256}"; size = {size}; }};
    }};
  }}).deb "paint"
"""


@dataclass
class Package:
    """A package that no store has, and where it may be: on a mirror, or in an archive."""

    mirror: Server
    archive: Server
    variables: dict[str, str]
    content: bytes = field(default_factory=lambda: secrets.token_bytes(1000))
    snapshot: str = f'"{SNAPSHOT}"'

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.on_mirror = f"/debian/{POOL}"
        self.in_archive = f"/archive/debian/{SNAPSHOT}/{POOL}"
        self.variables["SERVICES_DEBIAN_ARCHIVE"] = f"{self.archive.url}/archive/debian/"

    @property
    def expression(self) -> str:
        """What it is fetched by."""
        return EXPRESSION.format(
            mirror=f"{self.mirror.url}/debian",
            file=POOL,
            sha256=self.sha256,
            size=len(self.content),
            snapshot=self.snapshot,
        )

    def fetch(self, *options: str) -> Path:
        """Return where the store has it. Raises NixError."""
        command = ["nix-build", "--no-out-link", "-E", self.expression, *options]
        return Path(run(*command, variables=self.variables).stdout.strip())

    def log(self) -> str:
        """Return what the builder said."""
        command = ["nix-instantiate", "-E", self.expression]
        derivation = run(*command, variables=self.variables).stdout.strip()
        return run("nix-store", "--read-log", derivation).stdout

    def error(self) -> str:
        """Return the last error of the builder."""
        with pytest.raises(NixError):
            self.fetch()
        last: str = re.findall(r"^error: (.*)$", self.log(), re.MULTILINE)[-1]
        return last


@pytest.fixture
def package(server: Server, archive: Server) -> Package:
    return Package(server, archive, dict(environment()))


@pytest.fixture
def archive() -> Iterator[Server]:
    """An archive of Debian snapshots, which has nothing yet."""
    with serving() as running:
        yield running


def test_it_comes_from_the_mirror(package: Package) -> None:
    package.mirror.pages[package.on_mirror] = package.content
    assert package.fetch().read_bytes() == package.content
    assert package.archive.asked == []


def test_what_left_the_mirror_comes_from_the_archive(package: Package) -> None:
    # As Debian's does: the file of a snapshot is a redirect to what has that SHA-1.
    stored = f"/file/{hashlib.sha1(package.content).hexdigest()}"
    package.archive.moved[package.in_archive] = stored
    package.archive.pages[stored] = package.content
    assert package.fetch().read_bytes() == package.content
    assert package.archive.asked == [package.in_archive, stored]
    log = package.log()
    assert f"{package.mirror.url}{package.on_mirror} does not exist" in log
    assert (
        f"warning: the mirror does not have {POOL}: trying "
        f"{package.archive.url}{package.in_archive}\n"
    ) in log


def test_an_archive_that_is_busy_is_asked_again(package: Package) -> None:
    package.archive.pages[package.in_archive] = package.content
    package.archive.statuses[package.in_archive] = [503, 429]
    assert package.fetch().read_bytes() == package.content


@pytest.mark.parametrize("kind", ["endless", "wrong", "short", "longer"])
def test_another_file_of_the_mirror_is_not_taken(package: Package, kind: str) -> None:
    spoil(package.mirror, package.on_mirror, package.content, kind)
    package.archive.pages[package.in_archive] = package.content
    assert package.fetch().read_bytes() == package.content


def spoil(server: Server, path: str, content: bytes, kind: str) -> str:
    """Let a server answer with something else; return what is said of that."""
    url = f"{server.url}{path}"
    too_long = f"{url} sent more than the {len(content)} bytes that the lock allows"
    if kind == "endless":
        server.endless.add(path)
        return too_long
    if kind == "missing":
        return f"{url} does not exist"
    others = {"wrong": bytes(len(content)), "short": content[:-1], "longer": content + b"x"}
    server.pages[path] = others[kind]
    return too_long if kind == "longer" else f"{url} is not the file that was locked"


@pytest.mark.parametrize("there", ["missing", "endless", "wrong", "longer"])
@pytest.mark.parametrize("here", ["missing", "wrong"])
def test_it_is_nowhere(package: Package, here: str, there: str) -> None:
    mirror = spoil(package.mirror, package.on_mirror, package.content, here)
    archive = spoil(package.archive, package.in_archive, package.content, there)
    advice = "Look at the mirror before you lock again."
    if here == "missing":
        advice = "Run ./please lock --platform trixie, which locks what the mirror has now."
    error = package.error()
    out = re.escape("-deb-paint_1-2-rc1_amd64.deb")
    assert re.fullmatch(
        re.escape(
            f"{POOL} cannot be fetched. The mirror: {mirror}. An archive of Debian snapshots: "
            f"{archive}. Substituters: none has /nix/store/"
        )
        + f"[a-z0-9]{{32}}{out}"
        + re.escape(f". {advice}"),
        error,
    ), error


def test_no_archive_is_configured(package: Package) -> None:
    package.variables["SERVICES_DEBIAN_ARCHIVE"] = ""
    error = package.error()
    assert "An archive of Debian snapshots: SERVICES_DEBIAN_ARCHIVE is not set. " in error
    assert "Run ./please lock --platform trixie, which locks what the mirror has now." in error
    assert package.archive.asked == []


def test_a_mirror_that_cannot_be_reached(package: Package) -> None:
    package.mirror.server_close()
    package.archive.pages[package.in_archive] = package.content
    assert package.fetch().read_bytes() == package.content


def test_a_substituter_has_it(package: Package, tmp_path: Path) -> None:
    cache = f"file://{tmp_path}/cache?compression=none"
    file = tmp_path / "deb-paint_1-2-rc1_amd64.deb"
    file.write_bytes(package.content)
    path = run("nix-store", "--add-fixed", "sha256", file).stdout.strip()
    run("nix", "--extra-experimental-features", "nix-command", "copy", "--to", cache, path)
    run("nix-store", "--delete", path)
    # It needs no signature: its name is that of its content.
    options = ["--option", "substituters", cache, "--option", "require-sigs", "true"]
    assert package.fetch(*options) == Path(path)
    assert Path(path).read_bytes() == package.content
    assert (package.mirror.asked, package.archive.asked) == ([], [])


@pytest.mark.parametrize(
    "address",
    ["ftp://archive.example/debian", "http://", "http://user:word@archive.example/debian"],
)
def test_an_archive_that_is_not_an_address(package: Package, address: str) -> None:
    package.variables["SERVICES_DEBIAN_ARCHIVE"] = address
    with pytest.raises(NixError) as caught:
        package.fetch()
    assert (
        "error: SERVICES_DEBIAN_ARCHIVE or the flake's input archive is not an http(s) address "
        "without credentials: set it to the base URL of an archive of Debian snapshots, the one "
        "above its directories by time, or unset it."
    ) in str(caught.value)


def test_a_lock_without_a_snapshot(package: Package) -> None:
    package.snapshot = "null"
    with pytest.raises(NixError) as caught:
        package.fetch()
    assert (
        "error: nix/lock/debian/trixie.json has no `snapshot`, which the archive of Debian "
        "snapshots is asked for: run ./please lock --platform trixie"
    ) in str(caught.value)


def test_nothing_that_may_leave_the_mirrors_is_left_to_the_downloader_of_nix() -> None:
    # It knows no archive.
    system = evaluate("builtins.currentSystem")
    lock = json.loads((ROOT / "nix/lock/debian/trixie.json").read_text())
    files = {Path(it["file"]).name for it in lock["systems"][system]["packages"].values()}
    names = {re.sub("%3a|~", "-", file) for file in files}
    platform = f'(import ./nix/platform {{ system = "{system}"; release = "trixie"; }})'
    python = run("nix-instantiate", "-E", f"{platform}.python").stdout.strip()
    closure = map(Path, run("nix-store", "--query", "--requisites", python).stdout.split())
    fetched = [path for path in closure if path.stem.partition("-deb-")[2] in names]
    assert len(fetched) > 10
    assert not [path for path in fetched if "builtin:fetchurl" in path.read_text()]
