import pytest
from please_cli.lock.python.declares import declares, without_extra


def test_what_a_manifest_says_in_one_form() -> None:
    package = {
        "metadata": {
            "requires-dist": [
                {"name": "redis", "extras": ["ssl", "hiredis"], "specifier": ">=5"},
                {"name": "flask", "specifier": "!=3.1.0,>=3.1,<4", "marker": "extra == 'web'"},
                {"name": "backend-common", "extras": ["db"], "editable": "lib/backend_common"},
                {"name": "tomli", "marker": "python_full_version < '3.12'"},
                {
                    "name": "greenlet",
                    "marker": "platform_machine == 'x86_64' and extra == 'fast'",
                },
            ],
            "provides-extras": ["web", "fast", "bare"],
            "requires-dev": {"test": [{"name": "pytest", "specifier": ">=9"}]},
        }
    }
    assert declares(package) == {
        "requires": [
            "backend-common[db]",
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


def test_a_manifest_that_says_nothing() -> None:
    assert declares({}) == {"requires": []}


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
