"""Requirements are compared by what they say, not by how they are spelled."""

import pytest
from declared import check_lock, in_groups, in_lock, parse

LOCK = "nix/lock/members/sample.json"


@pytest.mark.parametrize(
    ("said", "locked"),
    [
        ("click>=8.00", "click>=8.0"),
        ("click>=v8.1", "click>=8.1"),
        ("click>=8.1.0-rc1", "click>=8.1.0rc1"),
        ("Click<9,>=8", "click>=8,<9"),
        ("connexion[Swagger_UI]", "connexion[swagger-ui]"),
    ],
)
def test_spelling_does_not_matter(said: str, locked: str) -> None:
    check_lock(parse(said), in_lock({"requires": [locked]}), LOCK, "src/sample")


@pytest.mark.parametrize(
    ("marker", "scopes"),
    [
        ("extra == 'a' or extra == 'B_c'", {"a", "b-c"}),
        ("'B-c' == extra or extra == \"a\"", {"a", "b-c"}),
        ("(extra == 'a' or extra == 'b-c') and python_version >= '3'", {"a", "b-c"}),
        ("extra == 'a' or extra == 'b-c' and python_version < '3'", {"a"}),
        ("python_version >= '3' or extra == 'a'", {"", "a"}),
        ("python_version < '3'", set()),
    ],
)
def test_a_requirement_of_several_extras(marker: str, scopes: set[str]) -> None:
    said = list(parse(f"six; {marker}"))
    assert {declared.scope for declared in said} == scopes
    extras = {scope: ["six"] for scope in scopes if scope}
    requires = ["six"] if "" in scopes else []
    check_lock(said, in_lock({"requires": requires, "extras": extras}), LOCK, "src/sample")


def test_a_group_has_what_it_includes() -> None:
    groups: dict[str, list[str | dict[str, str]]] = {
        "Lint_All": [{"include-group": "lint"}, "mypy"],
        "lint": ["ruff"],
    }
    assert {str(declared) for declared in in_groups(groups)} == {
        "ruff (group lint)",
        "ruff (group lint-all)",
        "mypy (group lint-all)",
    }


def test_what_a_stale_lock_lacks_and_still_has() -> None:
    with pytest.raises(SystemExit) as raised:
        check_lock(parse("flask>=4"), in_lock({"extras": {"db": ["x"]}}), LOCK, "src/sample")
    assert raised.value.code == (
        "error: nix/lock/members/sample.json is older than src/sample: it does not know flask>=4 "
        "and still has x (extra db). Run ./please lock."
    )
