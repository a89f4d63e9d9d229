"""The commands of the command line tool, with the real Nix underneath."""

import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT, build, environment

pytestmark = pytest.mark.builds

# A checkout in which builds are quick, fail, or never end; /bin/sh is the sandbox's.
EXPRESSION = r"""
let
  sh = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    # Not built before, whatever the store has.
    seed = builtins.getEnv "SEED";
  };
  # On a Debian release whose files have left the mirror.
  gone = sh "door-tests" "echo > $out" // {
    tests = derivation {
      name = "door-tests";
      system = builtins.currentSystem;
      builder = "/bin/sh";
      needs = sh "deb-libc6" "echo 'error: pool/libc6.deb cannot be fetched. It is gone.'; exit 1";
    };
  };
  inResolves = member: member // { resolves.default = member; resolves.next = gone; };
in
{
  toolchain.tests = {
    bell.default = true;
    door = { default = true; next = false; };
    horn.default = true;
    lamp.next = false;
  };
} // builtins.mapAttrs (_: inResolves) {
  bell = sh "bell" "while :; do :; done" // {
    tests = sh "bell-tests" ''
      echo ding
      echo "No such file or directory: 'pyproject.toml'"
      echo '=== 1 failed, 3 passed in 0.10s ==='
      exit 1
    '';
  };
  door = sh "door" "echo > $out" // {
    tests = derivation {
      name = "door-tests";
      system = builtins.currentSystem;
      builder = "${BUSYBOX}/bin/busybox";
      args = [ "sh" "-euc" "mkdir $out; cp $junit $out/junit.xml" ];
      junit = builtins.toFile "junit.xml"
        "<testsuite tests='4' failures='0' errors='0' skipped='1' time='2'/>";
    };
  };
  lamp = derivation {
    name = "lamp";
    system = builtins.currentSystem;
    builder = "${BUSYBOX}/bin/busybox";
    args = [ "sh" "-euc" "mkdir -p $out/bin; cp $server $out/bin/lamp; chmod +x $out/bin/lamp" ];
    server = builtins.toFile "lamp" "#!/bin/sh\necho $*\n";
  };
  # Its tests need what does not build.
  horn = sh "horn" "echo > $out" // {
    tests = derivation {
      name = "horn-tests";
      system = builtins.currentSystem;
      builder = "/bin/sh";
      needs = sh "brass" "echo too thin; exit 1";
    };
  };
  paint = throw "lib/paint is not what it should be: mend it";
}
"""


@pytest.fixture(scope="module")
def please() -> Path:
    return build("please_cli") / "bin/please"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    busybox = build("toolchain.platform.busybox")
    expression = EXPRESSION.replace("${BUSYBOX}", f"${{builtins.storePath {busybox}}}")
    (tmp_path / "default.nix").write_text(expression)
    for member in ("src/bell", "src/door", "src/horn", "src/lamp", "lib/paint"):
        (tmp_path / member).mkdir(parents=True)
        (tmp_path / member / "pyproject.toml").touch()
    return tmp_path


@pytest.fixture
def variables(checkout: Path) -> dict[str, str]:
    return environment() | {"PLEASE_ROOT": str(checkout), "SEED": str(checkout)}


def call(
    please: Path, variables: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [please, *arguments], env=variables, capture_output=True, text=True, check=False
    )


def test_build_prints_where_it_is(please: Path, variables: dict[str, str], tmp_path: Path) -> None:
    done = call(please, variables, "build", "door", "--out-link", str(tmp_path / "result"))
    assert done.returncode == 0
    assert done.stdout == f"{(tmp_path / 'result').readlink()}\n"
    assert done.stderr == "building door\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to ask")
def test_a_build_warns_of_a_secret(please: Path, variables: dict[str, str], checkout: Path) -> None:
    subprocess.run(["git", "init", "-q", checkout], check=True)
    for name in ("src/door/prod.env", "src/door/old.env", "src/door/known.env", "prod.env"):
        (checkout / name).touch()
    (checkout / ".gitignore").write_text("old.env\n")
    subprocess.run(["git", "add", "src/door/known.env"], cwd=checkout, check=True)
    done = call(please, variables, "build", "door")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == (
        "please: warning: src/door/prod.env looks like a secret, and git does not track it: a "
        "build may copy it to the store, which every user of this machine can read. Name it in "
        ".gitignore, or move it out of the checkout"
    )
    assert done.stderr.count("warning") == 1


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to ask")
def test_a_build_warns_of_files_in_which_it_differs_from_git(
    please: Path, variables: dict[str, str], checkout: Path
) -> None:
    for where in (checkout, checkout / "src/horn"):
        subprocess.run(["git", "init", "-q", where], check=True)
    (checkout / "src/horn/id_rsa").touch()
    (checkout / "src/horn/pyproject.toml").write_text("[project]\n")
    subprocess.run(["git", "add", "pyproject.toml"], cwd=checkout / "src/horn", check=True)
    (checkout / "src/door/lib").mkdir()
    (checkout / "src/door/lib/door.js").touch()
    subprocess.run(["git", "add", "src/door"], cwd=checkout, check=True)
    (checkout / "src/door/.gitignore").write_text("lib/\n")
    done = call(please, variables, "build", "door")
    assert done.returncode == 0
    first, second, *others = done.stderr.splitlines()
    assert first.startswith("please: warning: no build has src/door/lib/door.js, which git tracks:")
    assert second.startswith("please: warning: src/horn/id_rsa looks like a secret, and git does")
    assert not [line for line in others if "warning" in line]
    (checkout / ".git/index").write_bytes(b"broken")
    done = call(please, variables, "build", "door")
    assert done.returncode == 0
    assert done.stderr.startswith("please: warning: git does not say which files in lib/ and src/")


def test_an_evaluation_that_fails(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "build", "paint")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: lib/paint is not what it should be: mend it\n"


def test_an_attribute_that_is_not_there(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "build", "door.image")
    assert done.returncode == 1
    assert done.stderr.startswith("error: default.nix has no attribute 'door.image'; ")


def test_run_passes_options_on(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "run", "lamp", "--host", "::1", "--port", "0", "more")
    assert (done.returncode, done.stdout) == (0, "--host ::1 --port 0 more\n"), done.stderr


def test_the_totals_of_tests(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "test", "bell", "door")
    assert done.returncode == 1
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert ["bell", "3", "1"] in rows
    assert ["door", "3", "1", "2.0"] in rows
    assert rows[-1] == ["6", "passed,", "1", "failed,", "1", "skipped"]
    assert "error: the tests of bell failed; their log ends like this:\nding\n" in done.stderr
    assert "\nnote: tests of src/bell do not find pyproject.toml, which " in done.stderr


def test_tests_that_could_not_be_run(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "test", "door", "horn")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "3 passed, 1 failed, 1 skipped"
    assert "error: not all tests could be run, for brass failed to build\n" in done.stderr
    assert "error: brass failed to build; its log ends like this:\ntoo thin\n" in done.stderr


LEFT_OUT = (
    "left out: tests in the resolve next, on a Debian release whose files leave the mirrors; "
    "./please test --all runs them, too\n"
)


def test_tests_of_a_release_that_changes_are_left_out(
    please: Path, variables: dict[str, str]
) -> None:
    done = call(please, variables, "test", "door")
    assert done.returncode == 0
    assert LEFT_OUT in done.stderr
    assert LEFT_OUT not in call(please, variables, "test", "bell").stderr


def test_where_a_file_has_left_the_mirror_its_tests_alone_fail(
    please: Path, variables: dict[str, str]
) -> None:
    done = call(please, variables, "test", "door", "--all")
    assert done.returncode == 1
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert ["door", "(default)", "3", "1", "2.0"] in rows
    assert ["door", "(next)", "0", "1"] in rows
    assert "error: pool/libc6.deb cannot be fetched. It is gone.\n" in done.stderr
    assert LEFT_OUT not in done.stderr


def test_a_member_that_is_named_is_tested_on_any_release(
    please: Path, variables: dict[str, str]
) -> None:
    done = call(please, variables, "test", "lamp")
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert "left out" not in done.stderr


def test_tests_that_pass(please: Path, variables: dict[str, str]) -> None:
    done = call(please, variables, "test", "door")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "3 passed, 0 failed, 1 skipped"


def test_an_interrupted_build_is_stopped(please: Path, variables: dict[str, str]) -> None:
    with subprocess.Popen(
        [please, "build", "bell"], env=variables, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        # It runs now, and would for ever.
        assert process.stderr.readline() == "building bell\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "please: interrupted; nothing is left half done\n"
    assert process.returncode == 130
    assert not [process for process in builders() if variables["SEED"] in process]


def builders() -> list[str]:
    """Return the environments of all builders of this file's derivations."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = path.read_bytes().decode(errors="replace")
        except OSError:
            continue  # It has ended, or is another user's.
        if "\0seed=" in variables:
            found.append(variables)
    return found


def test_shell_brings_its_own_bash(please: Path) -> None:
    variables = environment() | {"PLEASE_ROOT": str(ROOT)}
    variables.pop("NIX_BUILD_SHELL", None)
    done = call(please, variables, "shell", "treestatus", "--run", "echo $BASH")
    assert done.returncode == 0
    assert done.stdout == f"{build('toolchain.platform.bash')}/bin/bash\n"
    assert "nixpkgs" not in done.stderr
