"""A store path that was changed after it was built: ./please says so, and how to repair it."""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from toolchain import ROOT, build, environment, run

pytestmark = pytest.mark.builds

# `door` is built from `wood` and from a source, and fails if one of them was changed. `bell` fails
# by itself. Each test has paths of its own.
EXPRESSION = """
let
  sh = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-euc" script ];
    seed = builtins.getEnv "SEED";
  };
  wood = sh "wood" "echo $seed > $out";
  paint = builtins.path { name = "paint-${baseNameOf (builtins.getEnv "SEED")}"; path = ./paint; };
  intact = file: ''
    while read line; do
      case $line in *wet*) echo "error: ${file} is wet"; exit 1 ;; esac
    done < ${file}
  '';
  door = sh "door" "${intact wood} ${intact paint} echo ${wood} ${paint} > $out";
  bell = sh "bell" "echo ${wood}; exit 1";
in
{
  inherit bell door wood;
  please_cli = TOOL;
}
"""

CAUSE = (
    "(Earlier versions of this toolchain let Python write __pycache__ into the store when root ran "
    "an app.)"
)
LINE = (
    "error: the store is damaged: paths that are needed here were changed after they were built; "
    "repair them as root with the last command below, then run this again"
)


@pytest.fixture(scope="module")
def please() -> Path:
    return build("please_cli") / "bin/please"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "default.nix").write_text(EXPRESSION.replace("TOOL", "door"))
    (tmp_path / "paint").write_text(f"{tmp_path}\n")
    for member in ("src/bell", "src/door", "src/wood"):
        (tmp_path / member).mkdir(parents=True)
        (tmp_path / member / "pyproject.toml").touch()
    return tmp_path


@pytest.fixture
def variables(checkout: Path) -> dict[str, str]:
    return environment() | {"PLEASE_ROOT": str(checkout), "SEED": str(checkout)}


@pytest.fixture
def wood(checkout: Path, variables: dict[str, str]) -> Iterator[Path]:
    """A store path that is damaged; afterwards it is what was built."""
    path = built("wood", checkout, variables)
    damage(path)
    yield path
    run("nix-store", "--repair-path", path)


def built(attribute: str, checkout: Path, variables: dict[str, str]) -> Path:
    return build(attribute, root=checkout, variables=variables)


def damage(path: Path) -> None:
    """Write to a file in the store, as only root can."""
    path.chmod(0o644)
    with path.open("a") as file:
        file.write("wet\n")
    path.chmod(0o444)
    assert not is_sound(path)


def is_sound(path: Path) -> bool:
    command = ["nix-store", "--verify-path", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def call(
    please: Path, variables: dict[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [please, *arguments], env=variables, capture_output=True, text=True, check=False
    )


def test_a_build_that_fails_for_damage(please: Path, variables: dict[str, str], wood: Path) -> None:
    done = call(please, variables, "build", "door")
    assert done.returncode == 1
    command = f"nix-store --repair-path {wood}"
    lines = done.stderr.splitlines()
    assert LINE in lines
    assert f"door: {wood} is wet" in lines
    assert lines[-3:] == [str(wood), CAUSE, command]
    subprocess.run(shlex.split(command), env=variables, check=True, capture_output=True)
    assert is_sound(wood)
    assert call(please, variables, "build", "door").returncode == 0


def test_damage_that_no_derivation_repairs(
    please: Path, checkout: Path, variables: dict[str, str]
) -> None:
    (paint,) = [
        Path(path)
        for path in run(
            "nix-store",
            "--query",
            "--references",
            run("nix-instantiate", checkout, "-A", "door", variables=variables).stdout.strip(),
        ).stdout.split()
        if "-paint-" in path
    ]
    damage(paint)
    done = call(please, variables, "build", "door")
    command = f"nix-build {checkout} -A door --repair --no-out-link"
    assert done.stderr.splitlines()[-3:] == [str(paint), CAUSE, command]
    subprocess.run(shlex.split(command), env=variables, check=True, capture_output=True)
    assert is_sound(paint)
    assert call(please, variables, "build", "door").returncode == 0


def test_a_build_that_fails_by_itself(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "build", "bell")
    assert done.returncode == 1
    assert "error: bell failed to build; its log ends like this:" in done.stderr
    assert "damaged" not in done.stderr


def test_a_damaged_path_is_not_copied(
    please: Path, variables: dict[str, str], wood: Path, tmp_path: Path
) -> None:
    store = f"file://{tmp_path}/cache"
    done = call(please, variables, "copy", "wood", "--to", store)
    assert (done.returncode, done.stdout) == (1, "")
    command = f"nix-store --repair-path {wood}"
    assert done.stderr.splitlines() == [LINE, str(wood), CAUSE, command]
    assert not (tmp_path / "cache").exists()
    subprocess.run(shlex.split(command), env=variables, check=True, capture_output=True)
    done = call(please, variables, "copy", "wood", "--to", store)
    assert (done.returncode, done.stdout) == (0, f"{wood}\n"), done.stderr
    assert list((tmp_path / "cache/nar").iterdir())


@pytest.mark.parametrize("url", ["{}", "local?root={}"])
def test_a_copy_into_a_store_that_asks_for_signatures(
    please: Path, checkout: Path, variables: dict[str, str], tmp_path: Path, url: str
) -> None:
    store = tmp_path / "store"
    done = call(please, variables, "copy", "door", "--to", url.format(store))
    assert done.returncode == 0, done.stderr
    door = built("door", checkout, variables)
    assert Path(f"{store}{door}").read_text() == door.read_text()


def test_a_copy_to_a_relative_path(please: Path, checkout: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "copy", "door", "--to", "relative/directory")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: --to relative/directory: this is neither a URL nor an absolute path; write "
    )
    assert not (checkout / "relative").exists()


def test_options_of_nix_copy(please: Path, variables: dict[str, str], tmp_path: Path) -> None:
    store = tmp_path / "store"
    refused = call(please, variables, "copy", "door", "--to", str(store), "--", "--no-such-option")
    assert refused.returncode == 1
    assert "unrecognised flag '--no-such-option'" in refused.stderr
    assert refused.stderr.splitlines()[-1] == (
        f"error: door was not copied to {store}; see what `nix copy` says above. The closure is "
        "what was built: look at the URL and at the access to that store. If it says that a path "
        "lacks a valid signature, copy as a user in `trusted-users` of that machine's nix.conf, "
        "such as root"
    )
    assert not store.exists()


def test_the_script_says_so_of_the_tool_itself(
    checkout: Path, variables: dict[str, str], wood: Path
) -> None:
    shutil.copy(ROOT / "please", checkout)
    done = call(checkout / "please", variables, "list")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    command = f"nix-store --repair-path {wood}"
    assert lines[-3:] == [
        "please: the store is damaged: paths that are needed were changed after they were built. "
        "Repair them as root, then run this again:",
        command,
        "please: where that says that it cannot repair a path: "
        f"nix-build --repair --no-out-link '{checkout}' -A please_cli",
    ]
    subprocess.run(shlex.split(command), env=variables, check=True, capture_output=True)
    assert is_sound(wood)


def test_the_script_says_nothing_of_a_sound_store(
    checkout: Path, variables: dict[str, str]
) -> None:
    shutil.copy(ROOT / "please", checkout)
    (checkout / "default.nix").write_text(EXPRESSION.replace("TOOL", "bell"))
    done = call(checkout / "please", variables, "list")
    assert done.returncode == 1
    assert "the command line tool could not be built" in done.stderr
    assert "damaged" not in done.stderr
