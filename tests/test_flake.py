"""flake.nix: what default.nix has, for users of flakes, whose evaluation is pure."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import checkout as copies
import flake
import pytest
from checkout import append
from toolchain import ROOT, build, evaluate, run

LOCKED = (ROOT / "flake.lock").read_bytes()
PURE = (
    "pure evaluation reads neither apt's configuration nor SERVICES_DEBIAN_MIRROR, "
    "so it needs the input mirror"
)
MEMBERS = {path.parent.name for path in ROOT.glob("[ls]*/*/pyproject.toml")}


@pytest.fixture
def mirror(tmp_path: Path) -> list[str]:
    """The options that give the flake this machine's mirror."""
    return flake.override("mirror", flake.mirror(tmp_path))


def path_of(attribute: str, *options: str, cwd: Path) -> Path:
    """Build an attribute of the flake in a directory, and return its store path."""
    command = ["build", "--no-link", "--json", f".#{attribute}", *options]
    (built,) = json.loads(flake.succeed(*command, cwd=cwd))
    return Path(built["outputs"]["out"])


def test_outputs_need_no_mirror_to_be_listed(checkout: Path) -> None:
    shown: Any = json.loads(flake.succeed("flake", "show", "--json", cwd=checkout))
    systems = {"x86_64-linux", "aarch64-linux"}
    assert set(shown) == {"packages", "devShells", "checks"}
    for output, others in (("packages", set()), ("devShells", {"default"}), ("checks", set())):
        assert set(shown[output]) == systems
        for system in systems:
            assert set(shown[output][system]) >= MEMBERS | others
    assert set(shown["packages"]["x86_64-linux"]) == MEMBERS
    assert (checkout / "flake.lock").read_bytes() == LOCKED


def test_systems_are_those_of_the_lock() -> None:
    locked = json.loads((ROOT / "nix/lock/debian/bookworm.json").read_text())["systems"]
    (line,) = re.findall(r"systems = \[ (.*) \];", (ROOT / "nix/flake.nix").read_text())
    assert set(line.replace('"', "").split()) == set(locked)


def test_pure_evaluation_needs_a_mirror(checkout: Path) -> None:
    error = flake.fail("build", "--no-link", ".#tokens", cwd=checkout)
    assert PURE in error
    assert "--override-input mirror path:FILE" in error


@pytest.mark.builds
def test_builds_what_nix_build_does(checkout: Path, mirror: list[str]) -> None:
    app = build("tokens")
    assert path_of("tokens", *mirror, cwd=checkout) == app
    assert path_of("tokens", "--impure", cwd=checkout) == app


@pytest.mark.builds
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_in_a_git_repository(checkout: Path, mirror: list[str]) -> None:
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=checkout, check=True)
    assert path_of("tokens", *mirror, cwd=checkout) == build("tokens")
    # Below the top of the repository, too.
    assert path_of("tokens", *mirror, cwd=checkout / "src/tokens") == build("tokens")


def test_check_evaluates_every_output(checkout: Path, mirror: list[str]) -> None:
    flake.succeed("flake", "check", "--no-build", *mirror, cwd=checkout)
    assert PURE in flake.fail("flake", "check", "--no-build", cwd=checkout)


def test_a_check_is_a_test_run(checkout: Path, mirror: list[str]) -> None:
    system = evaluate("builtins.currentSystem")
    command = ["eval", "--raw", f".#checks.{system}.tokens.outPath", *mirror]
    outputs = evaluate("{ inherit ((import ./. { }).tokens.tests) outPath; }.outPath")
    assert flake.succeed(*command, cwd=checkout) == outputs


def test_the_mirror_may_be_a_file_in_a_directory(checkout: Path, tmp_path: Path) -> None:
    configuration = tmp_path / "configuration"
    configuration.mkdir()
    flake.mirror(configuration)
    options = flake.override("mirror", configuration)
    flake.succeed("build", "--dry-run", ".#tokens", *options, cwd=checkout)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("\n", "the input mirror is an empty file: write a base URL into it (docs/flakes.md)"),
        ("ftp://mirror.example/debian\n", "the flake's input mirror is not an http(s) address"),
        ("http://name:secret@mirror.example/debian\n", "has a user name or password in it"),
    ],
)
def test_a_mirror_that_does_not_serve(
    checkout: Path, tmp_path: Path, text: str, error: str
) -> None:
    file = tmp_path / "mirror"
    file.write_text(text)
    options = flake.override("mirror", file)
    assert error in flake.fail("build", "--dry-run", ".#tokens", *options, cwd=checkout)


@pytest.mark.parametrize("name", ["mirror", "archive"])
def test_packages_of_debian_come_from_the_inputs(
    checkout: Path, tmp_path: Path, mirror: list[str], name: str
) -> None:
    file = tmp_path / name
    file.write_text("http://127.0.0.1:9/debian\n")
    options = [*mirror, *flake.override(name, file)]
    attribute = ".#packages.x86_64-linux.tokens.resolves.next.drvPath"
    derivation = flake.succeed("eval", "--raw", attribute, *options, cwd=checkout)
    shown = flake.succeed("show-derivation", "--recursive", derivation, cwd=checkout)
    assert "http://127.0.0.1:9/debian" in shown


def test_packages_come_from_the_index_of_the_input_pip(
    checkout: Path, tmp_path: Path, mirror: list[str]
) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    options = [*mirror, *flake.override("pip", file)]
    command = ["eval", "--raw", ".#packages.x86_64-linux.tokens.drvPath", *options]
    derivation = flake.succeed(*command, cwd=checkout)
    needed = run("nix-store", "--query", "--requisites", derivation).stdout.split()
    (configuration,) = (path for path in needed if path.endswith("-pip-configuration.json"))
    assert "http://127.0.0.1:9/simple" in Path(configuration).read_text()


def test_no_login_is_in_the_input_pip(checkout: Path, tmp_path: Path, mirror: list[str]) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = http://name:secret@127.0.0.1:9/simple\n")
    options = [*mirror, *flake.override("pip", file)]
    error = flake.fail("build", "--dry-run", ".#tokens", *options, cwd=checkout)
    assert "the input pip has a login in it, which every user could read in the Nix store" in error
    assert "netrc(5)" in error


def test_a_flake_that_builds_on_this_one(checkout: Path, tmp_path: Path, mirror: list[str]) -> None:
    file = mirror[-1]
    other = tmp_path / "other"
    other.mkdir()
    (other / "flake.nix").write_text(f"""{{
      inputs.services.url = "path:{checkout}";
      inputs.mirror = {{ url = "{file}"; flake = false; }};
      inputs.services.inputs.mirror.follows = "mirror";
      outputs = {{ services, ... }}: {{ inherit (services) packages; }};
    }}
    """)
    command = ["eval", "--raw", ".#packages.x86_64-linux.tokens.outPath"]
    named = flake.succeed(*command, cwd=other)
    assert named == evaluate('(import ./. { system = "x86_64-linux"; }).tokens.outPath')
    # Without the line, the input of this flake is this flake itself, and stands for none there too.
    text = (other / "flake.nix").read_text()
    (other / "flake.nix").write_text(text.replace("inputs.services.inputs.mirror", "#"))
    assert PURE in flake.fail(*command, cwd=other)


def in_shell(name: str, *options: str, at: Path, cwd: Path, command: str) -> Any:
    """Run a command in a development shell of the flake in a directory, from another."""
    build("toolchain.platform.bash")
    entered = ["develop", f"path:{at}#{name}", *options, "--command", "bash", "-c", command]
    return flake.nix(*entered, cwd=cwd)


WHERE = "python -c 'import os, sys; sys.path.remove(\"\"); import tokens; print(tokens.__file__)'"


@pytest.mark.builds
@pytest.mark.parametrize("name", ["tokens", "default"])
def test_code_is_live_in_the_checkout_around_the_current_directory(
    checkout: Path, mirror: list[str], name: str
) -> None:
    append(checkout / "src/tokens/tokens/__init__.py", "\nEDITED = 'an edit'\n")
    here = checkout / "src/tokens"
    command = f"{WHERE}; python -c 'import tokens; print(tokens.EDITED)'; echo $APP_CHANNEL"
    done = in_shell(name, *mirror, at=checkout, cwd=here, command=command)
    where, edited, channel = done.stdout.splitlines()
    assert where == f"{checkout}/src/tokens/tokens/__init__.py"
    assert (edited, channel) == ("an edit", "development")
    assert "not live" not in done.stderr


@pytest.mark.builds
def test_tools_and_servers_are_at_hand(checkout: Path, mirror: list[str]) -> None:
    command = "command -v pytest needs; echo $NEEDS_PROJECT; echo $PATH"
    done = in_shell("backend_common", *mirror, at=checkout, cwd=checkout, command=command)
    pytest_, needs, project, path = done.stdout.splitlines()
    assert pytest_.startswith("/nix/store/")
    assert needs.startswith("/nix/store/")
    assert project == f"{checkout}/lib/backend_common"
    assert "/path-not-set" not in path.split(":")


@pytest.mark.builds
def test_a_shell_outside_of_a_checkout_says_that_its_code_is_not_live(
    checkout: Path, tmp_path: Path, mirror: list[str]
) -> None:
    done = in_shell("tokens", *mirror, at=checkout, cwd=tmp_path, command=WHERE)
    assert re.search(
        "the code in this shell is not live, it is that of /nix/store/.*: "
        "enter the shell in a checkout to edit its code",
        done.stderr,
    )
    assert re.match("/nix/store/.*/src/tokens/tokens/__init__.py", done.stdout)


@pytest.mark.builds
def test_a_checkout_whose_path_has_a_colon(
    checkout: Path, tmp_path: Path, mirror: list[str]
) -> None:
    other = copies.copy(tmp_path / "a:b")
    done = in_shell("tokens", *mirror, at=checkout, cwd=other, command="echo entered")
    assert done.returncode == 1
    assert "entered" not in done.stdout
    assert f"error: {other}: a development shell puts the code on PYTHONPATH" in done.stderr
    assert "move the checkout to a path without a colon" in done.stderr
