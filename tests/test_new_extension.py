"""docs/new-extension.md, done to a copy of the checkout as it is written."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checkout import edit_lock
from toolchain import ROOT, build, run
from worked_example import do, steps

DOCUMENT = ROOT / "docs/new-extension.md"
USE = """
from backend_common import create_app
app = create_app("shop", extensions=["flags"], config={"FLAGS_FILE": "flags.yml"})
print(app.flags.is_on("discounts"))
"""


def lock(packages: dict[str, Any]) -> None:
    """Do what ./please lock does about the extra, whose package is locked already."""
    library = packages["backend-common"]
    library["extras"]["flags"] = ["pyyaml"]
    library["declares"]["extras"]["flags"] = ["pyyaml>=6.0"]


@pytest.fixture
def extended(checkout: Path) -> Path:
    """The checkout with the extension of the document."""
    for step in steps(DOCUMENT):
        do(step, checkout)
    edit_lock(checkout, lock)
    return checkout


def succeeds(*command: str | Path, root: Path) -> None:
    result = subprocess.run(command, cwd=root, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_document_says_what_to_write() -> None:
    paths = [Path(step.path).name for step in steps(DOCUMENT)]
    assert paths == [
        "flags.py",
        "setup.py",
        "__init__.py",
        *["app.py"] * 2,
        *["test_contract.py"] * 2,
        "test_flags.py",
        "extensions.md",
    ]


def test_it_is_in_our_style(extended: Path) -> None:
    tools = Path(sys.prefix) / "bin"
    succeeds(tools / "ruff", "check", "--no-cache", "lib", root=extended)
    succeeds(tools / "ruff", "format", "--no-cache", "--check", "lib", root=extended)


def test_its_documentation_is_whole(extended: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_extensions.py"]
    succeeds(*command, root=extended)


@pytest.mark.builds
def test_its_types(extended: Path, tmp_path: Path) -> None:
    mypy = build("toolchain.shell.environment") / "bin/mypy"
    library = extended / "lib/backend_common"
    cache = f"--cache-dir={tmp_path / 'mypy'}"
    files = ["backend_common/flags.py", "tests/test_flags.py"]
    run(mypy, "--strict", cache, *files, root=library, variables={"MYPYPATH": "../serving"})


@pytest.mark.builds
def test_it_passes_its_tests_and_the_contract(extended: Path) -> None:
    log = (build("backend_common.extras.flags.tests", root=extended) / "log").read_text()
    assert "tests/test_flags.py" in log
    assert "tests/test_contract.py" in log


@pytest.mark.builds
def test_a_service_uses_it(extended: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("")
    (tmp_path / "flags.yml").write_text("- discounts\n")
    python = build("backend_common.extras.flags", root=extended) / "bin/python"
    result = subprocess.run(
        [python, "-c", USE],
        cwd=tmp_path,
        env={"APP_SETTINGS": "settings.py"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "True\n"), result.stderr
