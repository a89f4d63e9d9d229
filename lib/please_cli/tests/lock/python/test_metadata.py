"""The real setuptools and build, over members as a workspace has them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import metadata

Write = Callable[..., Path]

PAINT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "paint"
version = "1.0.0"
readme = "README.md"
dynamic = ["optional-dependencies"]
[project.scripts]
paint = "paint:main"
[tool.setuptools]
packages = ["paint", "paint.tools"]
"""
PAINT_SETUP = """
from setuptools import setup
setup(extras_require={"oil": ["linseed"]})
"""
FILES = {"pyproject.toml": PAINT, "setup.py": PAINT_SETUP, "README.md": "Colours. \u00dcber all.\n"}


@pytest.fixture
def root(tmp_path: Path, write: Write) -> Path:
    """A workspace with one library."""
    for name, text in FILES.items():
        write(tmp_path / "lib/paint" / name, text)
    write(tmp_path / "lib/paint/paint/tools/__init__.py", "raise ImportError('code does not run')")
    return tmp_path


def locked(root: Path) -> dict[str, Any]:
    """Return what the lock would have of the library."""
    return metadata.read(root, {})["paint"]


def test_what_the_backend_makes_of_the_manifests(root: Path) -> None:
    files = locked(root)["metadata"]
    info = "paint-1.0.0.dist-info"
    assert list(files) == [
        f"{info}/METADATA",
        f"{info}/entry_points.txt",
        f"{info}/top_level.txt",
    ]
    assert '\nRequires-Dist: linseed; extra == "oil"\n' in files[f"{info}/METADATA"]
    assert files[f"{info}/METADATA"].endswith(f"\n\n{FILES['README.md']}")
    assert files[f"{info}/entry_points.txt"] == "[console_scripts]\npaint = paint:main\n"


def test_what_the_lock_has_of_a_member(root: Path) -> None:
    found = locked(root)
    keys = ["version", "directory", "manifests", "metadata", "declares", "build", "plain"]
    assert list(found) == keys
    assert found["build"] == "setuptools"
    assert (found["version"], found["directory"]) == ("1.0.0", "lib/paint")
    assert found["declares"] == {"requires": [], "extras": {"oil": ["linseed"]}}


def test_a_backend_runs_once_for_the_same_manifests(root: Path, write: Write) -> None:
    before = metadata.read(root, {})
    known = before["paint"]["metadata"]
    (name,) = [name for name in known if name.endswith("METADATA")]
    known[name] = known[name].replace("Version: 1.0.0", "Version: 2.0.0")
    assert metadata.read(root, before)["paint"]["version"] == "2.0.0"
    write(root / "lib/paint/README.md", "An edit.")
    assert metadata.read(root, before)["paint"]["version"] == "1.0.0"


SPY = """
import json, os, pathlib
pathlib.Path({record!r}).write_text(json.dumps({{
    "variables": dict(os.environ), "home": os.listdir(os.path.expanduser("~"))
}}))
from setuptools import setup
setup()
"""


def test_a_setup_py_finds_no_secret(
    root: Path, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    write(root / "lib/paint/setup.py", SPY.format(record=str(record)))
    write(tmp_path / "home/.netrc", "machine host login caller password hunter2")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2")
    monkeypatch.setenv("PIP_INDEX_URL", "https://caller:hunter2@host/simple")
    locked(root)
    seen = json.loads(record.read_text())
    assert seen["home"] == []
    assert "hunter2" not in record.read_text()
    names = {
        name for name in seen["variables"] if not name.startswith(("LC_", "_PYPROJECT", "PEP"))
    }
    # The last three are set by the interpreter of an environment itself.
    assert names <= {
        *("HOME", "LANG", "LANGUAGE", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR"),
        *("LOCPATH", "SSL_CERT_FILE", "TZDIR"),
    }


def test_the_members_are_in_the_checkout(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (root / "lib").rename(elsewhere)
    (root / "lib").symlink_to(elsewhere)
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "lib/ is a symbolic link; put the directory itself there, because nothing outside of the "
        "checkout is locked"
    )


def test_another_name_than_that_of_the_directory(root: Path, write: Write) -> None:
    write(
        root / "lib/varnish/pyproject.toml",
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    )
    write(
        root / "lib/varnish/setup.py",
        "import setuptools\nsetuptools.setup(name='lacquer', version='1', packages=[])\n",
    )
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "lib/varnish/pyproject.toml: the project is named lacquer, its directory varnish; give "
        "both one name"
    )


def test_the_name_of_the_workspace(root: Path, write: Write) -> None:
    write(root / "src/services/pyproject.toml", '[project]\nname = "services"\nversion = "1"\n')
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "src/services: 'services' is the name of the workspace itself; take another"
    )


def test_the_digests_of_the_manifests(root: Path, write: Write) -> None:
    write(root / "lib/paint/README-de.md", "No manifest.")
    write(root / "lib/paint/README.d/more.md", "Nor this.")
    write(root / "lib/paint/README.md~", "Nor this.")
    assert locked(root)["manifests"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()
    }


def test_the_checkout_is_left_alone(root: Path) -> None:
    before = sorted(root.rglob("*"))
    locked(root)
    assert sorted(root.rglob("*")) == before


def test_a_backend_that_fails_says_why(root: Path, write: Write) -> None:
    write(root / "lib/paint/setup.py", "raise ValueError('no such colour')")
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "the build backend of lib/paint failed; correct its pyproject.toml or setup.py "
        "(without Nix, there is no other backend than setuptools)"
    )
    assert "ValueError: no such colour" in caught.value.details


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dependencis = []", "`project` must not contain {'dependencis'} properties"),
        ('dependencies = "flask"', "`project.dependencies` must be array"),
        ("urls = 1", "`project.urls` must be object"),
    ],
)
def test_what_setuptools_says_of_a_manifest_is_said_alone(
    root: Path, write: Write, line: str, expected: str
) -> None:
    manifest = PAINT.replace("\ndynamic", f"\n{line}\ndynamic")
    write(root / "lib/paint/pyproject.toml", manifest)
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == f"lib/paint/pyproject.toml: {expected}; correct it"
    assert caught.value.details == ""


@pytest.mark.parametrize("text", ["", '[build-system]\nrequires = ["setuptools"]\n'])
def test_a_manifest_that_describes_no_project(root: Path, write: Write, text: str) -> None:
    write(root / "src/door/pyproject.toml", text)
    with pytest.raises(UserError) as caught:
        metadata.read(root, {})
    assert caught.value.message == (
        "src/door/pyproject.toml has no table [project]; give the project a name and a version "
        "there (README.md, 'Adding a service')"
    )


def test_a_backend_that_is_not_there(root: Path, write: Write) -> None:
    write(root / "lib/paint/pyproject.toml", PAINT.replace("setuptools.build_meta", "cobol.api"))
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message.endswith("there is no other backend than setuptools)")
    assert caught.value.details == "Backend 'cobol.api' is not available."


def test_a_build_system_of_another_shape(root: Path, write: Write) -> None:
    write(root / "lib/paint/pyproject.toml", PAINT.replace('["setuptools"]', "1"))
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "lib/paint/pyproject.toml: [build-system] requires is not a list of requirements, such as "
        '["setuptools"]; correct it'
    )


ODD = """
import os, pathlib, subprocess, sys, time

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = pathlib.Path(directory, "paint-1.dist-info")
    info.mkdir()
    core = "Metadata-Version: 2.4\\nName: paint\\nVersion: 1\\n"
    (info / "METADATA").write_text(core)
    %s
    return info.name

def get_requires_for_build_wheel(config_settings=None):
    return []
"""


def odd(root: Path, write: Write, code: str) -> None:
    """Give paint a backend of its own, which does something odd."""
    write(
        root / "lib/paint/pyproject.toml",
        '[build-system]\nrequires = []\nbuild-backend = "odd"\nbackend-path = ["."]\n'
        '[project]\nname = "paint"\nversion = "1"\n',
    )
    # A manifest, which is copied to where the backend runs.
    write(root / "lib/paint/setup.py", ODD % code)
    manifest = root / "lib/paint/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('"odd"', '"setup"'))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("(info / 'x').write_bytes(b'\\xff')", "x: 'utf-8' codec can't decode byte 0xff"),
        ("(info / 'METADATA').unlink()", "it has no METADATA"),
        ("(info / 'METADATA').write_text('')", "'name' is a required field"),
        ("(info / 'METADATA').write_text(core + 'Requires-Dist: = =\\n')", "'= =' is invalid"),
        ("(info / 'METADATA').write_text(core + 'Requires-Python: x\\n')", "'x' is invalid"),
        ("(info / 'METADATA').write_text(core + 'Provides-Extra: ../x\\n')", "'../x' is invalid"),
        ("return '../../../etc'", "is not a directory in the one that it was given"),
        ("return 'other'", "is not a directory in the one that it was given"),
        ("return None", "it does not return the name of a directory"),
    ],
)
def test_metadata_that_cannot_be_read(root: Path, write: Write, code: str, why: str) -> None:
    odd(root, write, code)
    with pytest.raises(UserError) as caught:
        locked(root)
    start = "the build backend of lib/paint makes metadata that cannot be read: "
    assert caught.value.message.startswith(start)
    assert why in caught.value.message
    assert caught.value.message.endswith("; correct its pyproject.toml or setup.py")


def test_a_backend_that_leaves_a_process_behind(root: Path, write: Write) -> None:
    odd(root, write, "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])")
    assert locked(root)["version"] == "1"


def test_a_backend_that_hangs(root: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "PATIENCE", 1.0)
    odd(root, write, "time.sleep(600)")
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message.startswith("the build backend of lib/paint failed; correct its ")
    assert caught.value.details == "it did not end within 1 seconds"


def test_the_end_of_what_a_backend_says(root: Path, write: Write) -> None:
    odd(root, write, "print('x' * 1_000_000, flush=True); raise SystemExit('the end')")
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.details.endswith("xxx\nthe end")
    assert len(caught.value.details) < 100_000


def test_dynamic_fields_need_the_whole_member(root: Path, write: Write) -> None:
    dynamic = '[tool.setuptools.dynamic]\nversion = { attr = "paint.__version__" }\n'
    text = PAINT.replace('version = "1.0.0"\n', "").replace("dynamic = [", 'dynamic = ["version", ')
    write(root / "lib/paint/pyproject.toml", text + dynamic)
    with pytest.raises(UserError) as caught:
        locked(root)
    assert caught.value.message == (
        "lib/paint/pyproject.toml: [tool.setuptools.dynamic] depends on other files of the member, "
        "which a build backend reads in Nix's sandbox alone; run `./please lock` on a machine with "
        "Nix"
    )


def answers(files: dict[str, str], *differences: str) -> tuple[list[str], metadata.Ask]:
    """Return a function that answers as the sandbox does, and the names that it is asked for."""
    asked: list[str] = []

    def ask(members: Sequence[metadata.Surveyed]) -> dict[str, metadata.Answer]:
        asked.extend(each.member.key for each in members)
        return {each.member.key: metadata.Answer(files, differences) for each in members}

    return asked, ask


def test_a_plain_member_is_asked_once(root: Path) -> None:
    asked, ask = answers(locked(root)["metadata"])
    first = metadata.read(root, {}, ask)
    assert first["paint"]["plain"] is not None
    assert metadata.read(root, first, ask) == first
    assert asked == ["paint"]


def test_a_member_whose_copy_would_differ_is_built_and_asked_again(root: Path) -> None:
    asked, ask = answers(locked(root)["metadata"], "paint/x.py is in the wheel alone")
    first = metadata.read(root, {}, ask)
    assert first["paint"]["plain"] is None
    ((name, text),) = first["paint"]["metadata"].items()
    assert name == "paint-1.0.0.dist-info/METADATA"
    assert "Colours" not in text, "the description is in the wheel alone"
    metadata.read(root, first, ask)
    assert asked == ["paint", "paint"]
