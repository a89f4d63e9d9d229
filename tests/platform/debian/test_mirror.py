"""The mirror in apt's configuration: Nix reads the entries that apt reads, and chooses one."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from toolchain import evaluate

Entry = tuple[str, str, str]
"""An address, a suite and a component."""

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("mirror.toml").read_text()
)

URL = "http://mirror.example/debian"
RELEASES = [
    *["bullseye", "bookworm", "trixie", "forky", "sid"],
    *["oldoldstable", "oldstable", "stable", "testing", "unstable"],
]
CASES |= {
    f"release {name}": {"mirror": URL, "files": {"sources.list": f"deb {URL} {name} main"}}
    for name in RELEASES
}

NIX = """
let
  attempt = value:
    let found = builtins.tryEval (builtins.deepSeq value value); in
    if found.success then found.value else null;
  case = { apt, override }: {
    sources = attempt (import ./nix/platform/debian/sources.nix (/. + apt));
    mirror = attempt (import ./nix/platform/debian/mirror.nix {
      inherit override;
      apt = /. + apt;
      codename = "bookworm";
    });
  };
in
builtins.mapAttrs (_: case) (builtins.fromJSON (builtins.readFile %s))
"""


@pytest.fixture(scope="module")
def configurations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A directory like /etc/apt for each case."""
    found = {}
    for number, (name, case) in enumerate(CASES.items()):
        found[name] = tmp_path_factory.mktemp(f"apt-{number}-")
        (found[name] / "sources.list.d").mkdir()
        for file, text in case.get("files", {}).items():
            (found[name] / file).parent.mkdir(exist_ok=True)
            (found[name] / file).write_bytes(text.replace("@apt@", str(found[name])).encode())
    return found


@pytest.fixture(scope="module")
def of_nix(configurations: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The entries that Nix reads in each case and the mirror that it chooses, None for an error."""
    cases = {
        name: {"apt": str(path), "override": CASES[name].get("override", "")}
        for name, path in configurations.items()
    }
    file = tmp_path_factory.mktemp("cases") / "cases.json"
    file.write_text(json.dumps(cases))
    return evaluate(NIX % file)


def entries_of_apt(directory: Path, state: Path) -> set[Entry] | None:
    """Return what apt reads in a directory like /etc/apt, None when it refuses that."""
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True)
    settings = state / "apt.conf"
    settings.write_text(
        f'Dir::Etc "{directory}";\nDir::State::lists "{state}/lists";\n'
        f'Dir::Cache "{state}/cache";\nAPT::Architecture "amd64";\n'
    )
    # `apt-get indextargets` lists only what has been downloaded; this asks for nothing.
    done = subprocess.run(
        ["apt-get", "update", "--print-uris"],
        env={**os.environ, "APT_CONFIG": str(settings), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        assert "The list of sources could not be read." in done.stderr, done.stderr
        return None
    index = re.compile(r"^'(.+)/dists/(.+)/([^/]+)/binary-amd64/Packages", re.MULTILINE)
    return {(normalized(found[1]), found[2], found[3]) for found in index.finditer(done.stdout)}


def normalized(uri: str) -> str:
    """Return an address in one spelling; apt has several."""
    scheme, _, rest = unquote(uri).replace("$(ARCH)", "amd64").partition(":")
    if scheme == "cdrom":
        rest = rest.replace("[", "").replace("]", "")
    return f"{scheme}:{rest.strip('/')}"


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="compares with apt, on Debian alone")
@pytest.mark.parametrize("case", CASES)
def test_nix_reads_what_apt_reads(
    case: str, configurations: dict[str, Path], of_nix: Any, tmp_path: Path
) -> None:
    read = of_nix[case]["sources"]
    entries = read and {
        (normalized(uri), suite, component)
        for entry in read
        for uri in entry["uris"]
        for suite in entry["suites"]
        for component in entry["components"]
    }
    expected = entries_of_apt(configurations[case], tmp_path)
    assert (expected is None) == CASES[case].get("refused", False)
    assert (set() if entries == [] else entries) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_mirror_that_is_chosen(case: str, of_nix: Any) -> None:
    expected = CASES[case]
    chosen = of_nix[case]["mirror"] or {"url": None, "signedBy": None}
    assert chosen["url"] == expected.get("mirror")
    if "signed_by" in expected:
        assert chosen["signedBy"] == expected["signed_by"]
