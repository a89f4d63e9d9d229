"""The real setuptools and build, over members as a workspace has them, without Nix."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.document import Document
from please_cli.lock.python import metadata, survey, unsandboxed

Write = Callable[..., Path]


def read(root: Path, before: dict[str, Document]) -> dict[str, Document]:
    """Return what the lock would have of each member."""
    return metadata.entries(survey.read(root), before, unsandboxed.asking(before))


def locked(root: Path) -> dict[str, Any]:
    """Return what the lock would have of the library."""
    return read(root, {})["paint"]


def test_what_the_backend_makes_of_the_manifests(paint: Path) -> None:
    files = locked(paint)["metadata"]
    info = "paint-1.0.0.dist-info"
    assert list(files) == [
        f"{info}/METADATA",
        f"{info}/entry_points.txt",
        f"{info}/top_level.txt",
    ]
    assert '\nRequires-Dist: linseed; extra == "oil"\n' in files[f"{info}/METADATA"]
    assert files[f"{info}/METADATA"].endswith("\n\nColours. \u00dcber all.\n")
    assert files[f"{info}/entry_points.txt"] == "[console_scripts]\npaint = paint:main\n"


def test_a_backend_runs_once_for_the_same_manifests(paint: Path, write: Write) -> None:
    before = read(paint, {})
    known = before["paint"]["metadata"]
    (name,) = [name for name in known if name.endswith("METADATA")]
    known[name] = known[name].replace("Version: 1.0.0", "Version: 2.0.0")
    assert read(paint, before)["paint"]["version"] == "2.0.0"
    write(paint / "lib/paint/README.md", "An edit.")
    assert read(paint, before)["paint"]["version"] == "1.0.0"


SPY = """
import json, os, pathlib
pathlib.Path({record!r}).write_text(json.dumps({{
    "variables": dict(os.environ), "home": os.listdir(os.path.expanduser("~"))
}}))
from setuptools import setup
setup()
"""


def test_a_setup_py_finds_no_secret(
    paint: Path, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    write(paint / "lib/paint/setup.py", SPY.format(record=str(record)))
    write(tmp_path / "home/.netrc", "machine host login caller password hunter2")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2")
    monkeypatch.setenv("PIP_INDEX_URL", "https://caller:hunter2@host/simple")
    locked(paint)
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


def test_the_checkout_is_left_alone(paint: Path) -> None:
    before = sorted(paint.rglob("*"))
    locked(paint)
    assert sorted(paint.rglob("*")) == before


def test_a_backend_that_fails_says_why(paint: Path, write: Write) -> None:
    write(paint / "lib/paint/setup.py", "raise ValueError('no such colour')")
    with pytest.raises(UserError) as caught:
        locked(paint)
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
    paint: Path, write: Write, line: str, expected: str
) -> None:
    manifest = paint / "lib/paint/pyproject.toml"
    write(manifest, manifest.read_text().replace("\ndynamic", f"\n{line}\ndynamic"))
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message == f"lib/paint/pyproject.toml: {expected}; correct it"
    assert caught.value.details == ""


def test_a_backend_that_is_not_there(paint: Path, write: Write) -> None:
    manifest = paint / "lib/paint/pyproject.toml"
    write(manifest, manifest.read_text().replace("setuptools.build_meta", "cobol.api"))
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message.endswith("there is no other backend than setuptools)")
    assert caught.value.details == "Backend 'cobol.api' is not available."


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


def odd(paint: Path, write: Write, code: str) -> None:
    """Give paint a backend of its own, which does something odd."""
    write(
        paint / "lib/paint/pyproject.toml",
        '[build-system]\nrequires = []\nbuild-backend = "odd"\nbackend-path = ["."]\n'
        '[project]\nname = "paint"\nversion = "1"\n',
    )
    # A manifest, which is copied to where the backend runs.
    write(paint / "lib/paint/setup.py", ODD % code)
    manifest = paint / "lib/paint/pyproject.toml"
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
def test_metadata_that_cannot_be_read(paint: Path, write: Write, code: str, why: str) -> None:
    odd(paint, write, code)
    with pytest.raises(UserError) as caught:
        locked(paint)
    start = "the build backend of lib/paint makes metadata that cannot be read: "
    assert caught.value.message.startswith(start)
    assert why in caught.value.message
    assert caught.value.message.endswith("; correct its pyproject.toml or setup.py")


def test_a_backend_that_leaves_a_process_behind(paint: Path, write: Write) -> None:
    odd(paint, write, "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])")
    assert locked(paint)["version"] == "1"


def test_a_backend_that_hangs(paint: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsandboxed, "PATIENCE", 1.0)
    odd(paint, write, "time.sleep(600)")
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message.startswith("the build backend of lib/paint failed; correct its ")
    assert caught.value.details == "it did not end within 1 seconds"


def test_the_end_of_what_a_backend_says(paint: Path, write: Write) -> None:
    odd(paint, write, "print('x' * 1_000_000, flush=True); raise SystemExit('the end')")
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.details.endswith("xxx\nthe end")
    assert len(caught.value.details) < 100_000


def test_dynamic_fields_need_the_whole_member(paint: Path, write: Write) -> None:
    dynamic = '[tool.setuptools.dynamic]\nversion = { attr = "paint.__version__" }\n'
    manifest = paint / "lib/paint/pyproject.toml"
    text = manifest.read_text().replace('version = "1.0.0"\n', "")
    write(manifest, text.replace("dynamic = [", 'dynamic = ["version", ') + dynamic)
    with pytest.raises(UserError) as caught:
        locked(paint)
    assert caught.value.message == (
        "lib/paint/pyproject.toml: [tool.setuptools.dynamic] depends on other files of the member, "
        "which a build backend reads in Nix's sandbox alone; run `./please lock` on a machine with "
        "Nix"
    )
