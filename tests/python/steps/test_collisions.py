"""Files that are imported or run decide whether an environment can have two packages."""

from pathlib import Path, PurePath

import pytest
from collisions import is_code
from parts import MANIFEST, Parts, output
from prefix import SITE_PACKAGES


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


CODE = [
    f"{SITE_PACKAGES}/a.py",
    f"{SITE_PACKAGES}/a/b.py",
    f"{SITE_PACKAGES}/a/b.pyc",
    f"{SITE_PACKAGES}/tests/conftest.py",
    f"{SITE_PACKAGES}/a.pth",
    f"{SITE_PACKAGES}/a.cpython-311-x86_64-linux-gnu.so",
    f"{SITE_PACKAGES}/a.libs/libz-1.so.1.2",
    "lib/liba.so",
]
NO_CODE = [
    f"{SITE_PACKAGES}/LICENSE",
    f"{SITE_PACKAGES}/README.md",
    f"{SITE_PACKAGES}/docs/conf.py",
    f"{SITE_PACKAGES}/tests/data.json",
    f"{SITE_PACKAGES}/a/b.pth",
    f"{SITE_PACKAGES}/a/b.pyi",
    f"{SITE_PACKAGES}/a/py.typed",
    f"{SITE_PACKAGES}/a-1.0.dist-info/top_level.txt",
    "share/doc/a/example.py",
    "share/man/man1/a.1",
    "share/a/data.py",
    "etc/a.conf",
]


@pytest.mark.parametrize("path", CODE)
def test_code_collides(parts: Parts, path: str) -> None:
    with pytest.raises(SystemExit) as raised:
        parts.link(parts.part("one", {path: "one = 1"}), parts.part("two", {path: "two = 2"}))
    setting = path.removeprefix(f"{SITE_PACKAGES}/")
    assert str(raised.value) == (
        f"error: {path} is in two packages, with different content: one 1.0 and two 1.0. Choose "
        f'one in {MANIFEST}: [tool.services.collisions] "{setting}" = "one" or "{setting}" = '
        '"two", or leave one of them out, or lock versions that do not collide.'
    )


@pytest.mark.parametrize(
    ("same", "named", "files"),
    [
        ([], "jwt", 3),
        (["jwt/__init__.py"], "jwt/keys", 2),
    ],
)
def test_the_error_names_the_directory_of_all_that_collides(
    parts: Parts, same: list[str], named: str, files: int
) -> None:
    paths = ["jwt/__init__.py", "jwt/keys/a.py", "jwt/keys/b.py"]
    one, two = (
        parts.part(
            name,
            # Of its own, and data: neither collides.
            {f"{SITE_PACKAGES}/jwt/{name}.py": "", f"{SITE_PACKAGES}/jwt/py.typed": name}
            | {f"{SITE_PACKAGES}/{path}": "x = 0" if path in same else name for path in paths},
        )
        for name in ("jwt", "pyjwt")
    )
    with pytest.raises(SystemExit) as raised:
        parts.link(one, two)
    assert (
        f'[tool.services.collisions] "{named}" = "jwt" or "{named}" = "pyjwt" (all {files} files '
        "there), or leave"
    ) in str(raised.value)


def test_the_error_names_packages_that_differ(parts: Parts) -> None:
    contents = {"one": "x = 1", "two": "x = 1  # the same", "three": "x = 3"}
    made = [parts.part(name, {CODE[0]: text}) for name, text in contents.items()]
    with pytest.raises(SystemExit, match=r"different content: one 1\.0 and three 1\.0\. "):
        parts.link(*made)


@pytest.mark.parametrize("path", NO_CODE)
def test_of_anything_else_the_first_counts(
    parts: Parts, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = parts.link(
        parts.part("two", {path: "two"}),
        parts.part("one", {path: "one"}),
        parts.part("three", {path: "two"}),
    )
    assert (environment / path).read_text() == "two"
    notes = capsys.readouterr().err.splitlines()
    assert notes == [f"note: {path} is that of two 1.0; that of one 1.0 is left out"]


@pytest.mark.parametrize("content", [b"\x7fELF", b"#!/bin/sh\n"])
def test_programs_collide_wherever_they_are(parts: Parts, content: bytes) -> None:
    path = f"{SITE_PACKAGES}/a/driver"
    with pytest.raises(SystemExit, match="driver is in two packages"):
        parts.link(parts.part("one", {path: content}), parts.part("two", {path: content + b"2"}))


def test_notes_are_few(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = ({f"share/doc/{n}": name for n in range(100)} for name in ("one", "two"))
    parts.link(parts.part("one", one), parts.part("two", two))
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 21
    assert notes[-1] == "note: 80 more files are left out"


@pytest.mark.parametrize("path", ["shared/__init__.py", "module.py", "a.so"])
def test_the_same_content_is_the_same(
    parts: Parts, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = [parts.part(name, {f"{SITE_PACKAGES}/{path}": "x = 1"}) for name in ("one", "two")]
    parts.link(*made)
    assert capsys.readouterr().err == ""


def test_a_module_with_other_comments_is_the_same(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/module.py"
    one = parts.part("one", {path: "# one\nx = 'a'\n"})
    two = parts.part("two", {path: b'# coding: latin-1 \xe9\r\nx = "a"\r\n'})
    assert (parts.link(one, two) / path).read_text() == "# one\nx = 'a'\n"


def test_kinds_of_namespaces_are_the_same(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/shared/__init__.py"
    pkgutil = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    old = "__import__('pkg_resources').declare_namespace(__name__)\n"
    made = [
        parts.part("one", {path: old, f"{SITE_PACKAGES}/shared/a.py": "name = 'a'"}),
        parts.part("two", {path: pkgutil, f"{SITE_PACKAGES}/shared/b.py": "name = 'b'"}),
        parts.part("three", {path: "", f"{SITE_PACKAGES}/shared/c.py": "name = 'c'"}),
        parts.part("four", {f"{SITE_PACKAGES}/shared/d.py": "name = 'd'"}),
    ]
    environment = parts.link(*made)
    code = "from shared import a, b, c, d; print(a.name, b.name, c.name, d.name)"
    assert output(environment / "bin/python", "-c", code) == "a b c d"


def test_a_namespace_and_a_package_with_code_collide(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/shared/__init__.py"
    with pytest.raises(SystemExit, match=r"shared/__init__\.py is in two packages"):
        parts.link(parts.part("one", {path: "x = 1"}), parts.part("two", {path: ""}))


@pytest.mark.parametrize(
    "choices",
    [
        {"tests/a.py": "two"},
        {"tests": "two"},
        {"tests/": "two"},
        {"tests": "one", "tests/a.py": "two"},
    ],
)
def test_a_manifest_chooses(parts: Parts, choices: dict[str, str]) -> None:
    path, other = f"{SITE_PACKAGES}/tests/a.py", f"{SITE_PACKAGES}/tests/b.py"
    one = parts.part("one", {path: "1", other: "x = 1"})
    two = parts.part("two", {path: "2", other: "x = 1 # the same"})
    assert (parts.link(one, two, choices=choices) / path).read_text() == "2"


def test_a_choice_for_another_package_does_not_count(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/tests/a.py"
    made = [parts.part(name, {path: name}) for name in ("one", "two")]
    three = parts.part("three", {f"{SITE_PACKAGES}/tests/c.py": ""})
    with pytest.raises(SystemExit, match=r"tests/a\.py is in two packages"):
        parts.link(*made, three, choices={"tests": "three"})


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"a.py": "one"}, "nothing collides there. Delete the line."),
        ({"other.py": "one"}, "one 1.0 has no other.py. Correct the path or delete the line."),
        ({"bin/x": "one"}, "one 1.0 has no bin/x. Correct the path or delete the line."),
        ({"a.py": "absent"}, "absent is not needed. Delete the line."),
    ],
)
def test_a_choice_without_effect(parts: Parts, choices: dict[str, str], reason: str) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/a.py": ""})
    with pytest.raises(SystemExit) as raised:
        parts.link(part, choices=choices)
    ((path, package),) = choices.items()
    setting = f'[tool.services.collisions]: "{path}" = "{package}"'
    assert str(raised.value) == f"error: {MANIFEST}: {setting}: {reason}"


@pytest.mark.parametrize("choices", [{"a.py": "one"}, {"a.py": "absent"}])
def test_a_choice_for_tests_alone(parts: Parts, choices: dict[str, str]) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/a.py": ""})
    assert parts.link(part, choices=choices, is_whole=False).is_dir()


def test_a_directory_is_code_if_a_file_in_it_is(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/text").touch()
    path = PurePath(SITE_PACKAGES, "a")
    assert not is_code(path, tmp_path / "a")
    (tmp_path / "a/b/c.py").touch()
    assert is_code(path, tmp_path / "a")
