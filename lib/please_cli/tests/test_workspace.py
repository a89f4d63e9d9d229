from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli import workspace
from please_cli.errors import UserError


def test_members_are_directories_with_a_pyproject(checkout: Path) -> None:
    found = [
        (member.name, member.kind, member.description()) for member in workspace.members(checkout)
    ]
    assert found == [("paint", "library", "Colours"), ("door_bell", "service", "Rings")]


def test_a_member_is_found_by_either_spelling(checkout: Path) -> None:
    assert workspace.find(checkout, "door-bell") == workspace.find(checkout, "door_bell")


def test_an_unknown_member(checkout: Path) -> None:
    with pytest.raises(UserError) as caught:
        workspace.find(checkout, "doorbell")
    assert caught.value.message == "no service or library 'doorbell'; there are: door_bell, paint"


def test_a_directory_without_a_manifest(checkout: Path) -> None:
    (checkout / "src/conduit").mkdir(parents=True)
    with pytest.raises(UserError) as caught:
        workspace.find(checkout, "conduit")
    assert caught.value.message == (
        "src/conduit has no pyproject.toml, so it is no member of the workspace; write one "
        "(docs/moving-in.md)"
    )


@pytest.mark.parametrize("name", ["", ".", "..", "x/../conduit"])
def test_what_is_no_name_of_a_directory(checkout: Path, name: str) -> None:
    (checkout / "src/conduit").mkdir(parents=True)
    with pytest.raises(UserError, match="no service or library"):
        workspace.find(checkout, name)


def test_an_empty_checkout(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no service or library 'x'; there are: none yet"):
        workspace.find(tmp_path, "x")


def test_a_manifest_that_is_not_toml(checkout: Path) -> None:
    manifest = checkout / "lib/paint/pyproject.toml"
    manifest.write_text("[project\n")
    for read in (lambda: workspace.find(checkout, "paint"), lambda: workspace.members(checkout)):
        with pytest.raises(UserError) as caught:
            read()
        assert caught.value.message.startswith(f"{manifest}: not TOML: ")
        assert caught.value.message.endswith("; correct it")


def test_a_manifest_that_is_not_utf_8(checkout: Path) -> None:
    manifest = checkout / "lib/paint/pyproject.toml"
    manifest.write_bytes(b'[project]\nname = "p\xe4int"\n')
    with pytest.raises(UserError, match=r"paint/pyproject\.toml: not TOML: .*; correct it$"):
        workspace.find(checkout, "paint")


def test_a_manifest_whose_project_is_a_text(checkout: Path) -> None:
    manifest = checkout / "lib/paint/pyproject.toml"
    manifest.write_text('project = "paint"\n')
    with pytest.raises(UserError) as caught:
        workspace.find(checkout, "paint")
    assert caught.value.message == f"{manifest}: project is not a table; correct it"


def test_a_project_with_another_name(checkout: Path) -> None:
    manifest = checkout / "lib/paint/pyproject.toml"
    manifest.write_text('[project]\nname = "colour"\n')
    with pytest.raises(UserError) as caught:
        workspace.find(checkout, "paint")
    assert caught.value.message == (
        f"{manifest} names the project colour, but a project has the name of its directory, paint; "
        "rename one of them"
    )


def test_a_broken_member_is_in_no_other_members_way(checkout: Path) -> None:
    (checkout / "lib/paint/pyproject.toml").write_text("[project\n")
    assert workspace.find(checkout, "door_bell").name == "door_bell"


@pytest.mark.parametrize(
    ("name", "directory"),
    [
        ("acme.shop", "acme.shop"),
        ("Acme_Shop", "acme.shop"),
        ("acme--shop", "acme.shop"),
        ("PAINT", "paint"),
    ],
)
def test_a_member_is_found_by_any_spelling(
    checkout: Path, write: Callable[..., Path], name: str, directory: str
) -> None:
    write(checkout / "src/acme.shop/pyproject.toml", '[project]\nname = "acme.shop"\n')
    assert workspace.find(checkout, name).path.name == directory


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("acme", "acme"),
        ("acme.tests", "acme.tests"),
        ("acme.shop", "acme_shop"),
        ("acme.shop.tests", "acme_shop.tests"),
        ("Acme-Shop.extras.db.tests", "acme_shop.extras.db.tests"),
        # Another spelling of acme_tests, too; but tests are what it says.
        ("Acme.tests.environment", "acme.tests.environment"),
        ("acme_tests.tests", "acme_tests.tests"),
        ("big.old.shop.shell", "Big_old_shop.shell"),
        ("toolchain.platform.bash", "toolchain.platform.bash"),
    ],
)
def test_attributes(checkout: Path, write: Callable[..., Path], path: str, attribute: str) -> None:
    for name in ("acme", "acme.shop", "acme_tests", "Big.old.shop"):
        write(checkout / "src" / name / "pyproject.toml", f'[project]\nname = "{name}"\n')
    assert workspace.attribute(checkout, path) == attribute


@pytest.mark.parametrize("path", ["sofa", "sofa.tests", "toolchains"])
def test_an_attribute_of_no_member(checkout: Path, path: str) -> None:
    with pytest.raises(UserError) as caught:
        workspace.attribute(checkout, path)
    assert caught.value.message == (
        f"no service or library '{path.partition('.')[0]}'; there are: door_bell, paint"
    )


def test_a_silent_manifest(checkout: Path) -> None:
    (checkout / "lib/paint/pyproject.toml").write_text('[project]\nname = "paint"\n')
    assert workspace.find(checkout, "paint").description() == ""


def test_the_root_is_named_by_the_environment(checkout: Path) -> None:
    assert workspace.root() == checkout


def test_the_root_is_found_from_below(
    tmp_path: Path, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLEASE_ROOT", raising=False)
    write(tmp_path / "default.nix")
    write(tmp_path / "nix/default.nix")
    # Without the lock, which may have been lost.
    monkeypatch.chdir(tmp_path / "nix")
    assert workspace.root() == tmp_path


def test_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLEASE_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        workspace.root()
    assert caught.value.message == (
        f"{tmp_path} is not in a checkout; change to one, or set PLEASE_ROOT to its path"
    )


def test_the_command_of_a_service(checkout: Path) -> None:
    member = workspace.find(checkout, "door_bell")
    assert member.command == "door_bell"
    manifest = member.path / "pyproject.toml"
    manifest.write_text('[tool.services]\ncommand = "door-server"\n')
    assert member.command == "door-server"


def test_a_directory_with_a_dash(checkout: Path) -> None:
    (checkout / "src/door-bell").mkdir(parents=True, exist_ok=True)
    (checkout / "src/door_bell").rename(checkout / "src/moved")
    (checkout / "src/moved/pyproject.toml").rename(checkout / "src/door-bell/pyproject.toml")
    for name in ("door-bell", "door_bell"):
        member = workspace.find(checkout, name)
        assert (member.name, member.module) == ("door-bell", "door_bell")
