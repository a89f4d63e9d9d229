"""A wheel has to be for this CPython, on this kind of machine."""

import pytest
from wheel_tags import check_compatible


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "py311-none-any",
        "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp311-cp311-linux_x86_64",
    ],
)
def test_wheels_for_this_machine(tag: str) -> None:
    check_compatible(f"sample-1.0-{tag}.whl", "x86_64")


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-win_amd64",
        "cp311-cp311-macosx_11_0_x86_64",
        "cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp310-cp310-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "py312-none-any",
        "py2-none-any",
        "pp311-pypy311_pp73-manylinux_2_17_x86_64",
    ],
)
def test_wheels_for_another_machine(tag: str) -> None:
    with pytest.raises(SystemExit) as raised:
        check_compatible(f"sample-1.0-{tag}.whl", "x86_64")
    assert str(raised.value) == (
        f"error: sample-1.0-{tag}.whl is not a wheel for CPython 3.11 on linux x86_64. "
        "The lock does not fit this system: run ./please lock."
    )


@pytest.mark.parametrize(
    "file",
    ["../sample-1.0-py3-none-any.whl", "/sample-1.0-py3-none-any.whl", "sample-1.0.whl", "sample"],
)
def test_names_that_no_wheel_has(file: str) -> None:
    with pytest.raises(SystemExit) as raised:
        check_compatible(file, "x86_64")
    assert str(raised.value) == (
        f"error: {file} is not the name of a wheel. The lock is damaged: run ./please lock."
    )
