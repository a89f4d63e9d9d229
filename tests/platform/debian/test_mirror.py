"""Nix and `please lock --platform` take packages from one mirror: two readers, the same cases."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from toolchain import build, environment, evaluate

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
  case = apt: override:
    let
      mirror = import ./nix/platform/debian/mirror.nix;
      found = builtins.tryEval (mirror { inherit apt override; codename = "bookworm"; });
    in
    if found.success then found.value else null;
in
{ %s }
"""

LOCK = """
import json, os, sys
from please_cli.errors import UserError
from please_cli.lock.debian import mirror

def case(configuration, override):
    os.environ |= {"APT_CONFIG": configuration, "SERVICES_DEBIAN_MIRROR": override}
    try:
        return mirror.choose("bookworm", "main").uris[0]
    except UserError:
        return None

print(json.dumps({name: case(*given) for name, given in json.load(sys.stdin).items()}))
"""


def override(case: str) -> str:
    """Return what the environment says in a case."""
    return str(CASES[case].get("override", ""))


@pytest.fixture(scope="module")
def configurations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A directory like /etc/apt for each case."""
    found = {}
    for number, (name, case) in enumerate(CASES.items()):
        found[name] = tmp_path_factory.mktemp(f"apt-{number}-")
        (found[name] / "sources.list.d").mkdir()
        for file, text in case.get("files", {}).items():
            (found[name] / file).parent.mkdir(exist_ok=True)
            (found[name] / file).write_text(text.replace("@apt@", str(found[name])))
    return found


@pytest.fixture(scope="module")
def of_nix(configurations: dict[str, Path]) -> dict[str, str | None]:
    """The mirror that Nix takes in each case."""
    cases = [f'"{name}" = case {path} "{override(name)}";' for name, path in configurations.items()]
    found: dict[str, str | None] = evaluate(NIX % " ".join(cases))
    return found


@pytest.fixture(scope="module")
def of_the_lock(configurations: dict[str, Path]) -> dict[str, str | None]:
    """The mirror that `please lock --platform` takes in each case, by the machine's apt."""
    given = {}
    for name, path in configurations.items():
        settings = path / "apt.conf"
        settings.write_text(f'Dir::Etc "{path}";\n')
        given[name] = (str(settings), override(name))
    done = subprocess.run(
        [build("please_cli.extras.lock") / "bin/python", "-c", LOCK],
        input=json.dumps(given),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", CASES)
def test_nix(case: str, of_nix: dict[str, str | None]) -> None:
    assert of_nix[case] == CASES[case].get("mirror")


@pytest.mark.builds
@pytest.mark.parametrize("case", CASES)
def test_the_lock(case: str, of_the_lock: dict[str, str | None]) -> None:
    assert of_the_lock[case] == CASES[case].get("mirror")
