import pytest
from packaging.tags import Tag
from please_cli.lock.python import interpreter


@pytest.mark.parametrize(
    ("marker", "x86_64", "aarch64"),
    [
        ("", True, True),
        ("sys_platform == 'win32'", False, False),
        ("platform_machine == 'x86_64'", True, False),
        ("python_version < '3.12' and implementation_name == 'cpython'", True, True),
        # The oldest release counts: Debian 12's.
        ("python_full_version < '3.11.3'", True, True),
    ],
)
def test_markers(marker: str, x86_64: bool, aarch64: bool) -> None:
    assert interpreter.holds(marker, "x86_64-linux") is x86_64
    assert interpreter.holds(marker, "aarch64-linux") is aarch64


def rank(system: str, *tag: str) -> int | None:
    return interpreter.tags(system).get(Tag(*tag))


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
