"""The programs of an environment: one of each name, or a message in its place."""

from pathlib import Path

import pytest
from collisions import Part
from parts import MANIFEST, Parts, output, run
from prefix import SITE_PACKAGES


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def declaring(parts: Parts, name: str, point: str = "", *, is_root: bool = False) -> Part:
    """Return a part with a module, and the script `tool` for it or for another entry point."""
    declared = f"[console_scripts]\ntool = {point or f'{name}:main'}\n"
    files = {
        f"{SITE_PACKAGES}/{name}.py": f"def main():\n    print('{name}')\n",
        f"{SITE_PACKAGES}/{name}-1.0.dist-info/entry_points.txt": declared,
    }
    return parts.part(name, files, is_root=is_root)


def test_one_entry_point_of_two_packages_is_one_script(parts: Parts) -> None:
    made = [declaring(parts, "one"), declaring(parts, "two", "one:main")]
    assert output(parts.link(*made) / "bin/tool") == "one"


def test_a_script_of_two_packages_says_so(parts: Parts) -> None:
    environment = parts.link(declaring(parts, "one"), declaring(parts, "two"))
    result = run([environment / "bin/tool"], check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "error: tool is a script of two packages: one 1.0 and two 1.0. Choose one in "
        f'{MANIFEST}: [tool.services.collisions] "bin/tool" = "one".\n'
    )


@pytest.mark.parametrize("winner", ["one", "two"])
@pytest.mark.parametrize("path", ["bin/tool", "bin"])
def test_a_manifest_chooses(parts: Parts, winner: str, path: str) -> None:
    made = [declaring(parts, "one"), declaring(parts, "two")]
    environment = parts.link(*made, choices={path: winner})
    assert output(environment / "bin/tool") == winner


def test_a_script_of_the_member_itself_is_taken(parts: Parts) -> None:
    made = [declaring(parts, "one"), declaring(parts, "two", is_root=True)]
    assert output(parts.link(*made) / "bin/tool") == "two"


def test_a_manifest_may_choose_against_the_member(parts: Parts) -> None:
    made = [declaring(parts, "one"), declaring(parts, "two", is_root=True)]
    assert output(parts.link(*made, choices={"bin/tool": "one"}) / "bin/tool") == "one"


def test_scripts_of_two_members(parts: Parts) -> None:
    made = [declaring(parts, name, is_root=True) for name in ("one", "two")]
    assert run([parts.link(*made) / "bin/tool"], check=False).returncode == 1


def test_a_choice_for_a_script_that_one_package_has(parts: Parts) -> None:
    with pytest.raises(SystemExit, match="nothing collides there"):
        parts.link(declaring(parts, "one"), choices={"bin/tool": "one"})


def test_files_are_compared_as_programs(parts: Parts) -> None:
    one = parts.part("one", {"bin/tool": "#!@python@\n# one\nprint('tool')\n"})
    two = parts.part("two", {"bin/tool": "#!@python@\nprint('tool')\n"})
    assert output(parts.link(one, two) / "bin/tool") == "tool"


def test_a_file_and_an_entry_point(parts: Parts) -> None:
    one = parts.part("one", {"bin/tool": "#!/bin/sh\necho one\n"})
    assert run([parts.link(one, declaring(parts, "two")) / "bin/tool"], check=False).returncode == 1


def test_a_file_of_a_package_gives_way_to_its_entry_point(parts: Parts) -> None:
    parts.part("one", {"bin/tool": "#!@python@\nimport pkg_resources\n"})
    assert output(parts.link(declaring(parts, "one")) / "bin/tool") == "one"


def test_a_program_is_a_symlink_to_its_file(parts: Parts) -> None:
    part = parts.part("one", {"bin/tool": b"\x7fELF"})
    assert (parts.link(part) / "bin/tool").readlink() == part.path / "bin/tool"


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("/tmp/escaped = one:main", "a script cannot have the name '/tmp/escaped'"),
        ("tool = one", "the script tool is 'one', a module without a callable"),
        ("tool", "Source contains parsing errors: 'entry_points.txt' [line 2]: 'tool'"),
    ],
)
def test_the_error_of_an_entry_point_names_the_package(
    parts: Parts, declared: str, reason: str
) -> None:
    path = f"{SITE_PACKAGES}/one-1.0.dist-info/entry_points.txt"
    part = parts.part("one", {path: f"[console_scripts]\n{declared}"})
    with pytest.raises(SystemExit) as raised:
        parts.link(part)
    assert str(raised.value) == (
        f"error: entry_points.txt of one 1.0: {reason}. If it is a member of the workspace, "
        "correct its manifest; else report it to its maintainers and lock another version."
    )
    assert not Path("/tmp/escaped").exists()
