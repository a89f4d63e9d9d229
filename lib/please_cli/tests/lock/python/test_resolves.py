from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import resolves
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.resolves import Resolve

Write = Callable[..., Path]

PYTHON = Interpreter("3.11.2", (2, 36))


@pytest.fixture
def root(platform: Path, write: Write) -> Path:
    """A workspace with two resolves, `default` and `next`."""
    write(platform / "pyproject.toml", "[tool.services.resolves.next]\n")
    return platform


@pytest.fixture
def member(root: Path, write: Write) -> Callable[..., dict[str, Any]]:
    """Make a member; return what the lock has of it."""

    def member(
        directory: str, settings: str = "", python: str = ">=3.11", **declares: Any
    ) -> dict[str, Any]:
        write(root / directory / "pyproject.toml", f"[tool.services]\n{settings}\n")
        metadata = f"Metadata-Version: 2.4\nRequires-Python: {python}\n"
        return {
            "version": "1.0",
            "directory": directory,
            "metadata": {"x.dist-info/METADATA": metadata},
            "declares": {"requires": [], **declares},
        }

    return member


def test_members_of_resolves(root: Path, member: Any) -> None:
    members = {
        "paint": member("lib/paint", 'resolves = ["default", "next"]', extras={"oil": []}),
        "brush": member("lib/brush", 'resolve = "next"'),
        "door": member("src/door", requires=["paint[oil]>=1"]),
        "wall": member("src/wall", 'resolve = "next"', requires=["brush", "paint", "flask"]),
        "gate": member("src/gate", 'resolves = ["next", "default"]'),
    }
    assert resolves.read(root, members) == [
        Resolve("default", frozenset(["door", "gate", "paint"]), "bookworm", PYTHON),
        Resolve("next", frozenset(["brush", "gate", "paint", "wall"]), "bookworm", PYTHON),
    ]


def test_a_library_is_a_guest_where_it_is_required(root: Path, member: Any) -> None:
    """With the extras that are asked for, through its own extras and through other guests too."""
    members = {
        "paint": member(
            "lib/paint",
            requires=["easel[wood]"],
            extras={"all": ["paint[Oil]"], "oil": ["linseed"], "water": ["brush"]},
            groups={"test": ["brush"]},
        ),
        "easel": member("lib/easel", extras={"wood": [], "steel": []}),
        "brush": member("lib/brush"),
        "door": member("src/door", 'resolve = "next"', groups={"test": ["paint[all]"]}),
    }
    _, following = resolves.read(root, members)
    assert following.members == {"door", "easel", "paint"}
    assert following.guests == {"easel": {"wood"}, "paint": {"all", "oil"}}
    assert following.asked("paint", members["paint"]["declares"]) == {
        "requires": ["easel[wood]"],
        "extras": {"all": ["paint[Oil]"], "oil": ["linseed"]},
    }


def test_all_that_a_member_declares_counts_in_each_resolve_that_it_names(
    root: Path, member: Any
) -> None:
    members = {
        "paint": member("lib/paint", 'resolves = ["default", "next"]', groups={"test": ["easel"]})
    }
    asked = members["paint"]["declares"]
    assert [each.asked("paint", asked) for each in resolves.read(root, members)] == [asked, asked]


def message(root: Path, members: dict[str, Any]) -> str:
    with pytest.raises(UserError) as caught:
        resolves.read(root, members)
    return caught.value.message


def test_a_service_of_another_resolve(root: Path, member: Any) -> None:
    members = {
        "bell": member("src/bell", 'resolve = "next"'),
        "door": member("src/door", requires=["bell"]),
    }
    assert message(root, members) == (
        "src/door, in the resolve default, requires src/bell, which is only in next; write "
        'resolves = ["next", "default"] in [tool.services] of src/bell/pyproject.toml, or move one '
        "of them with `resolve`"
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            'resolve = "old"',
            "there is no resolve 'old', only default, next; add [tool.services.resolves.old] to "
            "the pyproject.toml of the workspace, or name another one",
        ),
        ("resolve = 1", '`resolves` is not a list of names, such as ["default"]'),
    ],
)
def test_a_service_that_names_no_resolve(
    root: Path, member: Any, settings: str, expected: str
) -> None:
    members = {"door": member("src/door", settings)}
    where = "src/door/pyproject.toml: [tool.services]: "
    assert message(root, members) == where + expected


def test_a_library_that_says_it_twice(root: Path, member: Any) -> None:
    members = {"paint": member("lib/paint", 'resolve = "next"\nresolves = ["next"]')}
    assert message(root, members) == (
        "lib/paint/pyproject.toml: [tool.services] has both `resolve` and `resolves`; remove one "
        "of them"
    )


@pytest.mark.parametrize("value", ["[]", '"next"', "[1]"])
def test_a_library_without_names(root: Path, member: Any, value: str) -> None:
    members = {"paint": member("lib/paint", f"resolves = {value}")}
    assert message(root, members).endswith('`resolves` is not a list of names, such as ["default"]')


def test_a_library_that_names_a_resolve_twice(root: Path, member: Any) -> None:
    members = {"paint": member("lib/paint", 'resolves = ["next", "default", "next"]')}
    assert message(root, members) == (
        "lib/paint/pyproject.toml: [tool.services]: `resolves` has next twice; remove one of them"
    )


def test_another_python(root: Path, member: Any) -> None:
    members = {"door": member("src/door", python=">=3.11.5")}
    assert message(root, members) == (
        "src/door needs Python >=3.11.5, but the resolve default has 3.11.2 (bookworm); change "
        "`requires-python` in its pyproject.toml, or move it to a resolve with another `platform`"
    )


def test_an_extra_that_a_member_does_not_have(root: Path, member: Any) -> None:
    members = {
        "paint": member("lib/paint", extras={"oil": [], "water": []}),
        "door": member("src/door", requires=["paint[acrylic]"]),
    }
    assert message(root, members) == (
        "door asks for paint[acrylic], but paint has no such extra, only oil, water; correct the "
        "manifest of door"
    )


def test_a_version_that_a_member_does_not_have(root: Path, member: Any) -> None:
    members = {
        "paint": member("lib/paint"),
        "door": member("src/door", requires=["paint>=2"]),
    }
    assert message(root, members) == (
        "src/door requires paint>=2, but lib/paint has the version 1.0; correct the "
        "pyproject.toml of one of them"
    )


def test_the_releases_of_resolves(root: Path, write: Write, member: Any) -> None:
    for release in ("bookworm", "trixie"):
        write(root / f"nix/platform/releases/{release}.toml")
    write(root / "pyproject.toml", '[tool.services.resolves.next]\nplatform = "trixie"\n')
    newer = (root / "nix/lock/debian/bookworm.json").read_text().replace("3.11", "3.13")
    write(root / "nix/lock/debian/trixie.json", newer)
    assert resolves.platforms(root) == {"default": "bookworm", "next": "trixie"}
    default, following = resolves.read(root, {"door": member("src/door")})
    assert (default.platform, default.python.version) == ("bookworm", (3, 11))
    assert (following.platform, following.python.version) == ("trixie", (3, 13))


def test_the_tools_have_a_resolve_for_each_platform(root: Path, write: Write) -> None:
    for release in ("bookworm", "trixie", "sid"):
        write(root / f"nix/platform/releases/{release}.toml")
    tables = "[tool.services.resolves.{}]\n" * 2 + 'platform = "trixie"\n'
    write(root / "pyproject.toml", tables.format("tools", "next"))
    assert list(resolves.platforms(root).items()) == [
        ("default", "bookworm"),
        ("next", "trixie"),
        ("tools", "bookworm"),
        ("tools-trixie", "trixie"),
    ]
    write(root / "pyproject.toml", tables.format("next", "tools"))
    assert list(resolves.platforms(root).items()) == [
        ("default", "bookworm"),
        ("next", "bookworm"),
        ("tools", "trixie"),
        ("tools-bookworm", "bookworm"),
    ]


def test_groups_of_the_workspace() -> None:
    groups = {"build": ["hammer"], "lint": ["ruff"], "test": ["pytest"]}

    def of(name: str) -> list[str]:
        return list(Resolve(name, frozenset(), "trixie", PYTHON).groups(groups))

    assert of("default") == of("next") == of("tools-bookworm") == []
    assert of("tools") == of("tools-trixie") == ["build", "lint", "test"]


def test_a_release_that_is_not_there(root: Path, write: Write) -> None:
    write(root / "nix/platform/releases/trixie.toml")
    write(root / "pyproject.toml", '[tool.services.resolves.next]\nplatform = "woody"\n')
    with pytest.raises(UserError) as caught:
        resolves.platforms(root)
    assert caught.value.message == (
        "pyproject.toml: [tool.services.resolves.next]: there is no platform 'woody', only trixie "
        "(nix/platform/releases); correct the name"
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            'resolves = ["next"]',
            "[tool.services] resolves is not a table of tables; write "
            "[tool.services.resolves.<name>]",
        ),
        (
            'resolves."../x" = {}',
            "[tool.services.resolves] has '../x'; a name consists of lower-case letters, digits "
            "and single dashes",
        ),
        (
            'resolves.next = { color = "red" }',
            "[tool.services.resolves.next] has no setting color, only platform; correct the name, "
            "or delete the line",
        ),
    ],
)
def test_resolves_of_another_shape(root: Path, write: Write, table: str, expected: str) -> None:
    write(root / "pyproject.toml", f"[tool.services]\n{table}\n")
    with pytest.raises(UserError) as caught:
        resolves.names(root)
    assert caught.value.message == f"pyproject.toml: {expected}"
