from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.tags import Tag
from please_cli.errors import UserError
from please_cli.lock.python.interpreter import Interpreter

PYTHON = Interpreter("3.11.2", (2, 36))


@pytest.mark.parametrize(
    ("marker", "x86_64", "aarch64"),
    [
        ("", True, True),
        ("sys_platform == 'win32'", False, False),
        ("platform_machine == 'x86_64'", True, False),
        ("python_version < '3.12' and implementation_name == 'cpython'", True, True),
        # The exact release counts.
        ("python_full_version < '3.11.3'", True, True),
        ("python_full_version < '3.11.2'", False, False),
    ],
)
def test_markers(marker: str, x86_64: bool, aarch64: bool) -> None:
    assert PYTHON.holds(marker, "x86_64-linux") is x86_64
    assert PYTHON.holds(marker, "aarch64-linux") is aarch64


def rank(system: str, *tag: str) -> int | None:
    return PYTHON.tags(system).get(Tag(*tag))


def test_the_rank_of_tags() -> None:
    ordered = [
        ("cp311", "cp311", "manylinux_2_36_x86_64"),
        ("cp311", "cp311", "manylinux_2_17_x86_64"),
        ("cp311", "cp311", "manylinux2014_x86_64"),
        ("cp311", "cp311", "manylinux_2_5_x86_64"),
        ("cp311", "cp311", "manylinux1_x86_64"),
        ("cp311", "cp311", "linux_x86_64"),
        ("cp311", "abi3", "manylinux_2_36_x86_64"),
        ("cp38", "abi3", "manylinux_2_17_x86_64"),
        ("py3", "none", "manylinux_2_17_x86_64"),
        ("py3", "none", "any"),
    ]
    ranks = [rank("x86_64-linux", *tag) for tag in ordered]
    assert None not in ranks
    assert ranks == sorted(ranks, key=lambda number: number or 0)


@pytest.mark.parametrize(
    ("system", "tag"),
    [
        ("x86_64-linux", ("cp311", "cp311", "manylinux_2_37_x86_64")),
        ("x86_64-linux", ("cp311", "cp311", "manylinux_2_17_aarch64")),
        ("x86_64-linux", ("cp311", "cp311", "musllinux_1_2_x86_64")),
        ("x86_64-linux", ("cp312", "cp312", "manylinux_2_17_x86_64")),
        ("x86_64-linux", ("cp312", "abi3", "manylinux_2_17_x86_64")),
        ("x86_64-linux", ("cp311", "cp311d", "manylinux_2_17_x86_64")),
        ("aarch64-linux", ("cp311", "cp311", "manylinux_2_16_aarch64")),
        ("aarch64-linux", ("cp311", "cp311", "manylinux1_aarch64")),
    ],
)
def test_tags_that_are_not_taken(system: str, tag: tuple[str, str, str]) -> None:
    assert rank(system, *tag) is None


def test_arm_takes_the_name_before_pep_600() -> None:
    assert rank("aarch64-linux", "cp311", "cp311", "manylinux2014_aarch64") is not None


def test_an_environment_for_each_system() -> None:
    aarch64, x86_64 = PYTHON.environments()
    assert PYTHON.holds(aarch64, "aarch64-linux")
    assert not PYTHON.holds(aarch64, "x86_64-linux")
    assert PYTHON.holds(x86_64, "x86_64-linux")
    assert not Interpreter("3.11.9", (2, 36)).holds(x86_64, "x86_64-linux")


def test_another_python_takes_other_wheels() -> None:
    newer = Interpreter("3.13.5", (2, 41)).tags("x86_64-linux")
    assert Tag("cp313", "cp313", "manylinux_2_41_x86_64") in newer
    assert Tag("cp311", "cp311", "manylinux_2_17_x86_64") not in newer


def lock(*packages: str) -> str:
    """Return a lock of the platform with a system for each text, which has its packages."""
    systems = ", ".join(
        f'"system-{number}": {{"packages": {{{each}}}}}' for number, each in enumerate(packages)
    )
    return f'{{"systems": {{{systems}}}}}\n'


def package(name: str, version: str) -> str:
    return f'"{name}": {{"version": "{version}"}}'


LIBC = package("libc6", "2.41-12")


def test_the_interpreter_of_the_platform(tmp_path: Path, write: Callable[..., Path]) -> None:
    python = package("libpython3.13-minimal", "1:3.13.5-2+deb13u1")
    write(tmp_path / "nix/lock/debian/trixie.json", lock(f"{python}, {LIBC}", f"{python}, {LIBC}"))
    assert Interpreter.locked(tmp_path, "trixie") == Interpreter("3.13.5", (2, 41))


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (lock(LIBC), "has none"),
        (
            lock(
                f"{package('libpython3.11-minimal', '3.11.2-6')}, {LIBC}",
                f"{package('libpython3.11-minimal', '3.11.9-1')}, {LIBC}",
            ),
            "has several versions of it: 3.11.2, 3.11.9",
        ),
    ],
)
def test_a_platform_without_one_interpreter(
    tmp_path: Path, write: Callable[..., Path], text: str, has: str
) -> None:
    write(tmp_path / "nix/lock/debian/trixie.json", text)
    with pytest.raises(UserError) as caught:
        Interpreter.locked(tmp_path, "trixie")
    assert caught.value.message == (
        "nix/lock/debian/trixie.json: packages are locked for one version of "
        f"libpython3.*-minimal, but the file {has}; run `./please lock --platform`"
    )


def test_a_lock_of_the_platform_that_was_lost(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        Interpreter.locked(tmp_path, "trixie")
    assert caught.value.message == (
        "nix/lock/debian/trixie.json does not exist; restore it (git checkout HEAD -- nix/lock), "
        "or run `./please lock --platform`"
    )
