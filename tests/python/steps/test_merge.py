"""Parts share directories, and modules keep their bytecode."""

import importlib.util
from pathlib import Path

import pytest
from bytecode import compile_tree
from collisions import Part
from parts import Parts, output
from prefix import SITE_PACKAGES


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def compiled(part: Part) -> Part:
    """Compile the modules of a part."""
    assert compile_tree(part.path / SITE_PACKAGES)
    return part


def test_a_package_of_one_part_is_one_symlink(parts: Parts) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/sample/__init__.py": "answer = 42"})
    environment = parts.link(part)
    link = environment / SITE_PACKAGES / "sample"
    assert link.readlink() == part.path / SITE_PACKAGES / "sample"
    assert output(environment / "bin/python", "-c", "import sample; print(sample.answer)") == "42"


def test_parts_share_directories(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/shared/a.py": "", "share/doc/one": "1"})
    two = parts.part("two", {f"{SITE_PACKAGES}/shared/b.py": "", "share/doc/two": "2"})
    environment = parts.link(one, two)
    modules = (environment / SITE_PACKAGES / "shared").iterdir()
    assert {path.name for path in modules} == {"a.py", "b.py"}
    assert {path.name for path in (environment / "share/doc").iterdir()} == {"one", "two"}


def test_a_file_where_an_environment_has_a_directory(parts: Parts) -> None:
    with pytest.raises(SystemExit) as raised:
        parts.link(parts.part("one", {"bin": "a file"}))
    assert str(raised.value) == (
        "error: bin of one 1.0 is a file, where an environment has a directory: leave the package "
        "out, or lock another version."
    )


def test_a_module_where_another_part_has_a_directory(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/shared": "a file"})
    two = parts.part("two", {f"{SITE_PACKAGES}/shared/module.py": ""})
    with pytest.raises(SystemExit, match=f"{SITE_PACKAGES}/shared is in two packages"):
        parts.link(one, two)


def test_a_document_where_others_have_directories(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/LICENSE": "one"})
    two = parts.part("two", {f"{SITE_PACKAGES}/LICENSE/two": "two"})
    three = parts.part("three", {f"{SITE_PACKAGES}/LICENSE/three": "three"})
    environment = parts.link(two, one, three)
    names = {path.name for path in (environment / SITE_PACKAGES / "LICENSE").iterdir()}
    assert names == {"two", "three"}


@pytest.mark.parametrize("winner", ["one", "two"])
def test_a_module_keeps_its_own_bytecode(parts: Parts, winner: str) -> None:
    path = f"{SITE_PACKAGES}/shared/module.py"
    made = [compiled(parts.part(name, {path: f"name = '{name}'"})) for name in ("one", "two")]
    environment = parts.link(*made, choices={"shared/module.py": winner})
    code = "from shared import module; print(module.name, module.__cached__)"
    cache = importlib.util.cache_from_source(str(environment / path))
    assert output(environment / "bin/python", "-c", code) == f"{winner} {cache}"
    assert Path(cache).resolve().is_relative_to(parts.directory / winner)


def test_a_module_without_bytecode_does_not_get_that_of_another(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/shared/module.py"
    one = parts.part("one", {path: "name = 'one'"})
    two = compiled(parts.part("two", {path: "name = 'two'", f"{SITE_PACKAGES}/shared/b.py": ""}))
    environment = parts.link(one, two, choices={"shared/module.py": "one"})
    code = "from shared import module; print(module.name)"
    assert output(environment / "bin/python", "-B", "-c", code) == "one"
    caches = (environment / SITE_PACKAGES / "shared/__pycache__").iterdir()
    assert [path.name.partition(".")[0] for path in caches] == ["b"]
