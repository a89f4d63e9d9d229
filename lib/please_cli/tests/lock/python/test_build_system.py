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


@pytest.mark.parametrize(
    "table", [3, {"requires": 3}, {"requires": ["a b"]}, {"requires": [3]}], ids=str
)
def test_requirements_of_another_shape(table: Any) -> None:
    with pytest.raises(UserError) as caught:
        build_system.read({"build-system": table}, "src/a/pyproject.toml")
    assert caught.value.message.startswith("src/a/pyproject.toml: [build-system] requires: ")
    assert caught.value.message.endswith("; correct it")


def test_a_backend_of_another_shape() -> None:
    with pytest.raises(UserError) as caught:
        build_system.read({"build-system": {"build-backend": 3}}, "src/a/pyproject.toml")
    assert caught.value.message == (
        "src/a/pyproject.toml: [build-system] build-backend is no text; correct it"
    )
