"""What manifests say of their builds."""

from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import build_system


def test_a_table_of_the_standard() -> None:
    table = {"requires": ["Flit_Core >=3.2,<4", "A[x, B]"], "build-backend": "flit_core.buildapi"}
    found = build_system.read({"build-system": table}, "pyproject.toml")
    assert (found.backend, found.is_in_tree) == ("flit_core.buildapi", False)
    assert found.key == "a[b,x], flit-core<4,>=3.2"


def test_a_manifest_that_says_nothing() -> None:
    found = build_system.read({}, "pyproject.toml")
    assert (found.backend, found.key) == ("", "setuptools")


def error(table: Any) -> str:
    with pytest.raises(UserError) as caught:
        build_system.read({"build-system": table}, "src/a/pyproject.toml")
    return caught.value.message


@pytest.mark.parametrize("requires", [3, [3], "setuptools", {"setuptools": 1}], ids=str)
def test_requirements_of_another_shape(requires: Any) -> None:
    assert error({"requires": requires}) == (
        "src/a/pyproject.toml: [build-system] requires is not a list of requirements, such as "
        '["setuptools"]; correct it'
    )


def test_a_broken_requirement() -> None:
    message = error({"requires": ["a b"]})
    assert message.startswith("src/a/pyproject.toml: [build-system] requires: ")
    assert message.endswith("; correct it")


def test_a_table_of_another_shape() -> None:
    assert error(3) == "src/a/pyproject.toml: build-system is not a table; write [build-system]"


def test_a_backend_of_another_shape() -> None:
    assert error({"build-backend": 3}) == (
        "src/a/pyproject.toml: [build-system] build-backend is not a string, such as "
        '"setuptools.build_meta"; correct it'
    )
