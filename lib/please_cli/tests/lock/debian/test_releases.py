from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import releases

Write = Callable[..., Path]

BOOKWORM = '[bash]\npackages = ["bash"]\nwithout = []\n'


@pytest.fixture
def file(tmp_path: Path, write: Write) -> Callable[[str, str], Path]:
    return lambda codename, text: write(tmp_path / f"nix/platform/releases/{codename}.toml", text)


File = Callable[[str, str], Path]


def test_a_release_is_read(tmp_path: Path, file: File) -> None:
    file("bookworm", BOOKWORM)
    found = releases.read(tmp_path, "bookworm")
    assert found.components["bash"]["packages"] == ["bash"]
    assert (found.codename, found.others) == ("bookworm", None)
    assert found.path == "nix/platform/releases/bookworm.toml"


def test_what_a_release_lacks_comes_from_another(tmp_path: Path, file: File) -> None:
    file("bookworm", BOOKWORM)
    file("trixie", 'others = "bookworm"\n[cxx]\npackages = ["libstdc++6"]\nwithout = []\n')
    found = releases.read(tmp_path, "trixie")
    assert list(found.components) == ["cxx"]
    assert found.others == "bookworm"


def test_the_names_of_releases(tmp_path: Path, file: File) -> None:
    assert releases.names(tmp_path) == []
    for codename in ("trixie", "bookworm", ".hidden"):
        file(codename, "")
    assert releases.names(tmp_path) == ["bookworm", "trixie"]


@pytest.mark.parametrize("others", ['"trixie"', '"woody"', "1"])
def test_others_is_another_release(tmp_path: Path, file: File, others: str) -> None:
    file("bookworm", "")
    path = file("trixie", f"others = {others}")
    with pytest.raises(UserError) as caught:
        releases.read(tmp_path, "trixie")
    named = others.replace('"', "'")
    assert caught.value.message == (
        f"{path}: others is {named}, which is no other release in nix/platform/releases, only "
        "bookworm; correct the file"
    )


def test_whether_a_release_is_frozen(tmp_path: Path, file: File) -> None:
    for codename, text in (
        ("bookworm", "frozen = true"),
        ("trixie", "frozen = false"),
        ("sid", ""),
    ):
        file(codename, text)
    assert [releases.read(tmp_path, name).frozen for name in ("bookworm", "trixie", "sid")] == [
        True,
        False,
        False,
    ]
    path = file("trixie", 'frozen = "no"')
    with pytest.raises(UserError) as caught:
        releases.read(tmp_path, "trixie")
    assert caught.value.message == (f"{path}: frozen is 'no', not true or false; correct the file")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{",
            ": cannot read the components: Invalid statement (at line 1, column 1); correct the "
            "file",
        ),
        ('[bash]\npackages = "bash"', ": bash: 'packages' is not a list; correct the file"),
        ("[bash]\npackages = []", ": bash: 'without' is not a list; correct the file"),
        ("bash = []", ": bash: 'packages' is not a list; correct the file"),
    ],
)
def test_components_that_are_something_else(
    tmp_path: Path, file: File, text: str, expected: str
) -> None:
    path = file("bookworm", text)
    with pytest.raises(UserError) as caught:
        releases.read(tmp_path, "bookworm")
    assert caught.value.message.startswith(f"{path}{expected}")
