from email.message import Message
from email.parser import Parser
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python.declares import declares, groups, required, without_extra

WHERE = "src/door/pyproject.toml"


def core(*lines: str) -> Message:
    return Parser().parsestr("\n".join(["Metadata-Version: 2.4", "Name: door", *lines]) + "\n")


def test_what_manifests_ask_for_in_one_form() -> None:
    metadata = core(
        "Requires-Dist: Redis[ssl,hiredis]>=5",
        "Requires-Dist: Flask<4,!=3.1.0,>=3.1; extra == 'Web'",
        "Requires-Dist: backend_common[db]>=1.0",
        "Requires-Dist: tomli; python_full_version<'3.12'",
        "Requires-Dist: greenlet; platform_machine == 'x86_64' and extra == 'fast'",
        "Provides-Extra: Web",
        "Provides-Extra: fast",
        "Provides-Extra: bare",
    )
    found = declares(metadata, {"dependency-groups": {"Test": ["Pytest>=9"]}}, WHERE)
    assert found == {
        "requires": [
            "backend-common[db]>=1.0",
            "redis[hiredis,ssl]>=5",
            'tomli ; python_full_version < "3.12"',
        ],
        "extras": {
            "bare": [],
            "fast": ['greenlet ; platform_machine == "x86_64"'],
            "web": ["flask!=3.1.0,<4,>=3.1"],
        },
        "groups": {"test": ["pytest>=9"]},
    }
    assert [each.name for each in required(found)] == [
        "backend-common", "redis", "tomli", "greenlet", "flask", "pytest",
    ]  # fmt: skip


def test_a_manifest_that_asks_for_nothing() -> None:
    assert declares(core(), {}, WHERE) == {"requires": []}


def test_a_group_has_those_that_it_includes() -> None:
    table = {"test": ["pytest", {"include-group": "lint"}], "lint": ["ruff", "pytest"]}
    assert groups({"dependency-groups": table}, WHERE) == {
        "groups": {"lint": ["pytest", "ruff"], "test": ["pytest", "ruff"]}
    }


@pytest.mark.parametrize(
    "table",
    [{"test": [{"include-group": "gone"}]}, {"test": 1}, {"test": ["pytest >>"]}, {"test": [{}]}],
)
def test_groups_of_another_shape(table: dict[str, Any]) -> None:
    with pytest.raises(UserError) as caught:
        groups({"dependency-groups": table}, WHERE)
    assert caught.value.message.startswith(f"{WHERE}: [dependency-groups]: ")
    assert caught.value.message.endswith("; correct it")


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ("extra == 'gone'", "there is no extra gone"),
        ("extra == 'a' or extra == 'gone'", "there is no extra gone"),
        ("extra != 'a'", "the condition extra != \"a\" is not of the form extra == 'name'"),
        ("extra in 'a b'", "the condition extra in \"a b\" is not of the form extra == 'name'"),
    ],
)
def test_a_condition_about_extras_that_cannot_be_locked(marker: str, why: str) -> None:
    metadata = core(f"Requires-Dist: redis; {marker}", "Provides-Extra: a", "Provides-Extra: b")
    with pytest.raises(UserError) as caught:
        declares(metadata, {}, WHERE)
    assert caught.value.message == (
        f"{WHERE}: the requirement `redis; {marker}` has a condition about extras that cannot be "
        f"locked: {why}; write one requirement for each extra"
    )


def test_a_requirement_of_several_extras() -> None:
    metadata = core(
        "Requires-Dist: redis (>=5,<6) ; extra == 'My_Sql' or extra == \"all\"",
        "Requires-Dist: pg; (python_version < '3.12') and (extra == 'all' or extra == 'b')",
        "Requires-Dist: six; os_name == 'nt' or extra == 'b'",
        "Requires-Dist: click; extra == 'b' and python_version < '3' or extra == 'b'",
        *(f"Provides-Extra: {name}" for name in ("my-sql", "all", "b", "none")),
    )
    assert declares(metadata, {}, WHERE) == {
        "requires": ['six ; os_name == "nt"'],
        "extras": {
            "all": ['pg ; python_version < "3.12"', "redis<6,>=5"],
            "b": ["click", 'pg ; python_version < "3.12"', "six"],
            "my-sql": ["redis<6,>=5"],
            "none": [],
        },
    }


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", ("", "")),
        ("extra == 'db'", ("", "db")),
        ("os_name == 'nt' and extra == 'db'", ('os_name == "nt"', "db")),
        (
            "(os_name == 'nt' or os_name == 'posix') and extra == 'db'",
            ('os_name == "nt" or os_name == "posix"', "db"),
        ),
        ("os_name == 'nt'", ('os_name == "nt"', "")),
    ],
)
def test_the_clause_about_an_extra(marker: str, expected: tuple[str, str]) -> None:
    assert without_extra(marker) == expected
