"""Which manifests say in full what their wheel has; tests/ of the repository compares the two."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.lock.document import Document
from please_cli.lock.python import build_system, plain
from please_cli.workspace import Member

Write = Callable[..., Path]

SYSTEM = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = '[project]\nname = "door_bell"\nversion = "1.0"\n'
TABLE = '[tool.setuptools]\npackages = ["door_bell", "door_bell.rings"]\n'


def rules(directory: Path, text: str) -> Document | None:
    """Return the rules for a member, whose manifest has this text."""
    manifest = tomllib.loads(text)
    member = Member(directory / "door_bell", "service")
    member.path.mkdir(exist_ok=True)
    return plain.rules(member, manifest, build_system.read(manifest, "pyproject.toml"))


def test_packages(tmp_path: Path) -> None:
    assert rules(tmp_path, SYSTEM + PROJECT + TABLE) == {
        "root": ".",
        "packages": ["door_bell", "door_bell/rings"],
        "modules": [],
        "data": [],
    }


def test_modules_data_and_a_root(tmp_path: Path) -> None:
    table = """
        py-modules = ["config"]
        package-dir = { "" = "src" }
        [tool.setuptools.package-data]
        door_bell = ["*.yml", "pages/**/*.html", "static/**"]
        "*" = ["a-?.txt"]
        [tool.setuptools.data-files]
        "share/door_bell" = ["settings.py"]
        "share/door_bell/migrations/versions" = ["migrations/versions/*.py"]
    """
    assert rules(tmp_path, SYSTEM + PROJECT + TABLE + table) == {
        "root": "src",
        "packages": ["door_bell", "door_bell/rings"],
        "modules": ["config.py"],
        "data": [
            "door_bell/[^/.][^/]*\\.yml",
            "door_bell/a-[^/]\\.txt",
            "door_bell/pages/([^/.][^/]*/)*[^/.][^/]*\\.html",
            "door_bell/rings/a-[^/]\\.txt",
            "door_bell/static/([^/.][^/]*/)*[^/.][^/]*",
        ],
    }


@pytest.mark.parametrize(
    "text",
    [
        SYSTEM.replace("setuptools.build_meta", "hatchling.build") + PROJECT + TABLE,
        SYSTEM.replace('"setuptools>=77"', '"setuptools", "setuptools-scm"') + PROJECT + TABLE,
        SYSTEM + 'backend-path = ["."]\n' + PROJECT + TABLE,
        SYSTEM + PROJECT,
        SYSTEM + PROJECT + "[tool.setuptools]\npackages = []\n",
        SYSTEM + PROJECT + '[tool.setuptools.packages.find]\ninclude = ["door_bell*"]\n',
        SYSTEM + PROJECT + TABLE + "include-package-data = false\n",
        SYSTEM + PROJECT + TABLE + 'package-dir = { "door_bell" = "bell" }\n',
        SYSTEM + PROJECT + TABLE + 'package-dir = { "" = "../elsewhere" }\n',
        SYSTEM + PROJECT + TABLE + 'package-data = { "door_bell" = ["[ab].txt"] }\n',
        SYSTEM + PROJECT + TABLE + 'package-data = { "other" = ["a.txt"] }\n',
        SYSTEM + PROJECT + TABLE + 'package-data = { "door_bell" = ["../a.txt"] }\n',
        SYSTEM + PROJECT + TABLE + 'data-files = { "etc" = ["a.conf"] }\n',
        SYSTEM + PROJECT + TABLE + 'dynamic = { version = { attr = "door_bell.V" } }\n',
        SYSTEM + PROJECT + 'dynamic = ["dependencies"]\n' + TABLE,
        SYSTEM + PROJECT + 'readme = "door_bell/README.md"\n' + TABLE,
        SYSTEM + PROJECT + 'license-files = ["door_bell/LICENSE"]\n' + TABLE,
        SYSTEM + PROJECT + '[tool.setuptools]\npackages = ["door_bell", "migrations"]\n',
        SYSTEM + PROJECT + '[tool.setuptools]\npy-modules = ["settings"]\n',
        PROJECT + TABLE,
    ],
)
def test_what_is_not_plain(tmp_path: Path, text: str) -> None:
    assert rules(tmp_path, text) is None


@pytest.mark.parametrize("name", ["setup.cfg", "MANIFEST.in"])
def test_another_manifest(tmp_path: Path, write: Write, name: str) -> None:
    write(tmp_path / "door_bell" / name)
    assert rules(tmp_path, SYSTEM + PROJECT + TABLE) is None


LITERAL = '''"""Extras."""
from setuptools import setup  # a comment
EXTRAS = {"db": ["sqlalchemy"]}
setup(extras_require=EXTRAS, install_requires=["flask"])
'''


def test_a_setup_py_of_literals(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "door_bell/setup.py", LITERAL)
    dynamic = 'dynamic = ["optional-dependencies", "dependencies"]\n'
    assert rules(tmp_path, SYSTEM + PROJECT + dynamic + TABLE) is not None


@pytest.mark.parametrize(
    "text",
    [
        LITERAL.replace("EXTRAS =", "EXTRAS = dict() or"),
        LITERAL.replace("extras_require=EXTRAS", "extras_require=EXTRAS, cmdclass={}"),
        LITERAL + "print(1)\n",
        LITERAL.replace("from setuptools import setup", "from os import system as setup"),
        "(",
    ],
)
def test_a_setup_py_that_is_a_program(tmp_path: Path, write: Write, text: str) -> None:
    write(tmp_path / "door_bell/setup.py", text)
    assert rules(tmp_path, SYSTEM + PROJECT + TABLE) is None


@pytest.mark.parametrize(
    ("glob", "matching", "others"),
    [
        ("*", ["a", "a.b"], [".a", "a/b"]),
        ("*.txt", ["a.txt"], [".txt", ".a.txt", "txt"]),
        ("*a", ["a", "ba"], [".a"]),
        ("?b", ["ab"], [".b", "b"]),
        (".*", [".a"], ["a"]),
        (".well-known/*", [".well-known/a"], [".well-known/.a"]),
        ("**/*.html", ["a.html", "b/a.html", "c/b/a.html"], [".b/a.html", "b/.a.html"]),
        ("data/**", ["data/a", "data/b/a"], ["data/.a", "data/.b/a", "data"]),
    ],
)
def test_a_glob_means_what_it_means_for_setuptools(
    tmp_path: Path, glob: str, matching: list[str], others: list[str]
) -> None:
    table = f'package-data = {{ "door_bell" = ["{glob}"] }}\n'
    found = rules(tmp_path, SYSTEM + PROJECT + TABLE + table)
    assert found is not None
    (pattern,) = found["data"]
    assert all(re.fullmatch(pattern, f"door_bell/{path}") for path in matching)
    assert not any(re.fullmatch(pattern, f"door_bell/{path}") for path in others)
