"""nixpkgs in place of the embedded platform: tested against a stub with the same names."""

import subprocess
from pathlib import Path

import flake
import pytest
from toolchain import ROOT, NixError, build, build_error, evaluate, instantiate, run

STUB = ["--arg", "pkgs", "import ./tests/platform/stub.nix { }"]
STRIPPED = """
let
  stub = import ./tests/platform/stub.nix { };
  inherit (import ./nix/platform { system = builtins.currentSystem; release = "bookworm"; }) python;
in
stub // { python311 = stub.python311 // { inherit (python) outPath; }; }
"""


def test_every_attribute_evaluates() -> None:
    for attribute in ("treestatus", "treestatus.tests", "tokens", "backend_common.extras.db"):
        assert instantiate(attribute, *STUB).suffix == ".drv"


def test_shells_are_without_the_servers_that_nixpkgs_lacks() -> None:
    for attribute in ("toolchain.shell", "backend_common.shell"):
        derivation = instantiate(attribute, *STUB)
        variables = run("nix", *flake.OPTIONS, "show-derivation", derivation).stdout
        assert "postgresql=/nix/store/" in variables
        assert "oidc=" not in variables


def test_tests_that_need_a_server_which_nixpkgs_lacks() -> None:
    with pytest.raises(NixError, match="nixpkgs has no package of Glewlwyd, the server oidc: "):
        instantiate("backend_common.extras.auth0.tests", *STUB)


def test_the_system_is_that_of_nixpkgs() -> None:
    command = ["nix-instantiate", ".", "-A", "tokens", *STUB, "--argstr", "system", "aarch64-linux"]
    expected = "error: pkgs is for x86_64-linux, but system is aarch64-linux: pass --argstr system "
    with pytest.raises(NixError, match=expected):
        run(*command)
    with pytest.raises(NixError, match="error: pkgs is a function, not a set of packages: call it"):
        run("nix-instantiate", "release.nix", "--arg", "pkgs", "import ./tests/platform/stub.nix")


def test_a_flake_takes_it_as_an_input(checkout: Path, tmp_path: Path) -> None:
    nixpkgs = tmp_path / "nixpkgs"
    nixpkgs.mkdir()
    (nixpkgs / "flake.nix").write_text(f"""{{
      inputs.checkout = {{ url = "path:{checkout}"; flake = false; }};
      outputs = {{ checkout, ... }}: {{
        legacyPackages.x86_64-linux = import "${{checkout}}/tests/platform/stub.nix" {{
          system = "x86_64-linux";
          mirror = "http://mirror.example/debian";
        }};
      }};
    }}
    """)
    options = flake.override("nixpkgs", nixpkgs)
    command = ["eval", "--raw", ".#packages.x86_64-linux.tokens.outPath", *options]
    expected = f"(import ./. {{ pkgs = {STUB[-1]}; }}).tokens.outPath"
    assert flake.succeed(*command, cwd=checkout) == evaluate(expected)


@pytest.mark.builds
def test_the_command_line_tool_builds_and_runs() -> None:
    please = build("please_cli", *STUB) / "bin/please"
    help_text = subprocess.run([please, "--help"], text=True, capture_output=True, check=True)
    assert "Usage: please" in help_text.stdout


@pytest.mark.builds
def test_compiled_code_of_wheels_runs() -> None:
    ruff = build("toolchain.testEnv", *STUB) / "bin/ruff"
    version = subprocess.run([ruff, "--version"], text=True, capture_output=True, check=True)
    assert version.stdout.startswith("ruff ")


@pytest.mark.builds
def test_pip_is_the_one_in_the_interpreter() -> None:
    pip = build("toolchain.platform.pip", *STUB)
    python = build("toolchain.platform.python", *STUB) / "bin/python3"
    code = "import pip; print(pip.__file__, pip.__cached__)"
    variables = {"PYTHONPATH": str(pip), "PYTHONDONTWRITEBYTECODE": "1"}
    file, cached = run(python, "-S", "-s", "-c", code, variables=variables).stdout.split()
    assert file == f"{pip}/pip/__init__.py"
    assert Path(cached).is_file()
    index = build("toolchain.platform.pipIndex", *STUB)
    assert index.read_text() == (pip / "pip/_internal/models/index.py").read_text()


@pytest.mark.builds
def test_an_interpreter_without_pip() -> None:
    error = build_error("toolchain.platform.pip", "--arg", "pkgs", STRIPPED, root=ROOT)
    assert "has no wheel of pip in ensurepip: pass a nixpkgs whose Python is not stripped" in error
