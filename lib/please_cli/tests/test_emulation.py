"""What a machine lacks to build for another system, by the files of the kernel's binfmt_misc."""

import json
from pathlib import Path

import pytest
from please_cli import emulation
from please_cli.errors import UserError
from please_cli.failures import NixError

SYSTEM = "aarch64-linux"
QEMU = "/usr/bin/qemu-aarch64-static"
MAGIC = "7f454c460201010000000000000000000200b700"
MASK = "ffffffffffffff00fffffffffffffffffeffffff"


def entry(flags: str = "OPF", magic: str = MAGIC, state: str = "enabled") -> str:
    """Return the text of an interpreter, as the kernel prints it."""
    lines = [state, f"interpreter {QEMU}", f"flags: {flags}", "offset 0", f"magic {magic}"]
    return "\n".join([*lines, f"mask {MASK}", ""])


@pytest.fixture
def binfmt(tmp_path: Path) -> Path:
    """A mounted binfmt_misc without an interpreter."""
    (tmp_path / "status").write_text("enabled\n")
    (tmp_path / "register").mkdir()  # which cannot be read either
    return tmp_path


@pytest.fixture
def nix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of programs, in place of all others: `nix` prints what the file settings has."""
    programs = tmp_path / "programs"
    programs.mkdir()
    settings = programs / "settings"
    settings.write_text('{"sandbox": {"value": true}, "sandbox-paths": {"value": []}}')
    for name, text in (("nix", settings.read_text()), ("nix-instantiate", '"x86_64-linux"')):
        settings_of = settings if name == "nix" else programs / "system"
        settings_of.write_text(text)
        (programs / name).write_text(
            f'#!/bin/sh\nread -r line < {settings_of} || :\necho "$line"\n'
        )
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    return programs


def test_binfmt_misc_is_not_mounted(tmp_path: Path) -> None:
    assert emulation.lacks(SYSTEM, tmp_path) == (
        f"{tmp_path} is not mounted. As root: apt-get install qemu-user-static && "
        f"mount -t binfmt_misc binfmt_misc {tmp_path} && "
        f"cat /usr/lib/binfmt.d/qemu-aarch64.conf > {tmp_path}/register"
    )


def test_binfmt_misc_is_disabled(binfmt: Path) -> None:
    (binfmt / "status").write_text("disabled\n")
    assert emulation.lacks(SYSTEM, binfmt) == (
        f"{binfmt} is disabled. As root: echo 1 > {binfmt}/status"
    )


@pytest.mark.parametrize(
    "text",
    [
        None,
        entry(state="disabled"),
        entry(magic=MAGIC.replace("b700", "f300")),
        "enabled\ninterpreter /usr/bin/python3.11\nflags: \nextension .pyc\n",
        "enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 0\nmagic a70d0d0a\n",
    ],
    ids=["nothing", "disabled", "another machine", "by extension", "another magic"],
)
def test_no_interpreter_is_registered(binfmt: Path, text: str | None) -> None:
    if text:
        (binfmt / "qemu-other").write_text(text)
    assert emulation.lacks(SYSTEM, binfmt) == (
        f"no interpreter for its programs is in {binfmt}. As root: apt-get install "
        "qemu-user-static; where systemd does not run, also: "
        f"cat /usr/lib/binfmt.d/qemu-aarch64.conf > {binfmt}/register"
    )


def test_an_interpreter_that_the_kernel_has_opened(binfmt: Path) -> None:
    (binfmt / "qemu-aarch64").write_text(entry())
    assert emulation.lacks(SYSTEM, binfmt) == ""
    assert "no interpreter" in emulation.lacks("x86_64-linux", binfmt)


@pytest.mark.parametrize(
    ("sandbox", "paths", "works"),
    [
        (True, ["/bin/sh=/bin/busybox"], False),
        (True, [f"{QEMU}=/opt/qemu"], True),
        (True, ["/usr/bin?"], True),
        (True, ["/usr/bi"], False),
        (False, [], True),
    ],
)
def test_an_interpreter_of_the_sandbox(
    binfmt: Path, nix: Path, sandbox: bool, paths: list[str], works: bool
) -> None:
    (binfmt / "qemu-aarch64").write_text(entry(flags="OP"))
    settings = {"sandbox": {"value": sandbox}, "sandbox-paths": {"value": paths}}
    (nix / "settings").write_text(json.dumps(settings))
    expected = (
        f"the build sandbox does not have {QEMU}, the interpreter of its programs. Register it "
        f"with the flag F in {binfmt}, or add {QEMU} to sandbox-paths in nix.conf"
    )
    assert emulation.lacks(SYSTEM, binfmt) == ("" if works else expected)


@pytest.mark.usefixtures("nix")
def test_the_system_of_this_machine_needs_no_emulator() -> None:
    assert emulation.options("x86_64-linux") == (["--argstr", "system", "x86_64-linux"], "")


def test_a_system_that_is_not_locked() -> None:
    with pytest.raises(UserError) as raised:
        emulation.options("riscv64-linux")
    assert str(raised.value) == (
        "the lock has no packages for riscv64-linux, only for aarch64-linux, x86_64-linux"
    )


@pytest.mark.parametrize(
    "text",
    [
        "error: a 'aarch64-linux' with features {} is required to build '/nix/store/x-a.drv', but "
        "I am a 'x86_64-linux' with features {kvm}",
        "error: Cannot build '/nix/store/x-a.drv'.\n"
        "Reason: required system or feature not available\n"
        "Required system: 'aarch64-linux' with features {}\nCurrent system: 'x86_64-linux'",
    ],
    ids=["2.8", "2.30"],
)
def test_nix_refuses_to_build_for_a_system(text: str) -> None:
    error = NixError([text])
    assert emulation.is_refused(error, SYSTEM)
    assert not emulation.is_refused(error, "x86_64-linux")
    assert not emulation.is_refused(NixError(["error: something else"]), SYSTEM)


def test_what_a_refusal_says() -> None:
    assert str(emulation.refusal(SYSTEM, "it lacks a thing. As root: get it")) == (
        "this machine does not build for aarch64-linux: it lacks a thing. As root: get it. Or name "
        "a machine of that system in `builders` of nix.conf"
    )
    # With an emulator, a daemon may still heed no settings of this user.
    assert str(emulation.refusal(SYSTEM, "")) == (
        "this machine does not build for aarch64-linux: Nix builds for no other system. As root: "
        "add `extra-platforms = aarch64-linux` to /etc/nix/nix.conf, and restart the Nix daemon. "
        "Or name a machine of that system in `builders` of nix.conf"
    )
