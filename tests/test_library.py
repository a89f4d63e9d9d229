"""What a library builds to: an environment for each of its extras, with that extra alone."""

import subprocess
from pathlib import Path

import pytest
from toolchain import build, evaluate, packages

pytestmark = pytest.mark.builds


def importable(environment: Path, module: str) -> bool:
    """Tell whether a module can be found in an environment, the modules above it imported."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([environment / "bin/python", "-c", code], check=False).returncode == 0


def test_extras_are_those_of_setup_py() -> None:
    extras = evaluate("builtins.attrNames (import ./. { }).backend_common.extras")
    assert {"api", "db", "log", "templates"} <= set(extras)


def test_the_library_alone_has_no_extension() -> None:
    library = build("backend_common")
    assert importable(library, "backend_common")
    for extra in ("api", "db", "log", "templates"):
        assert not importable(library, f"backend_common.{extra}")


@pytest.mark.parametrize("extra", ["api", "db", "log", "templates"])
def test_an_extra_has_its_own_extension_alone(extra: str) -> None:
    environment = build(f"backend_common.extras.{extra}")
    for other in ("api", "db", "log", "templates"):
        assert importable(environment, f"backend_common.{other}") == (other == extra)


def test_all_extras_together_bring_nothing_of_the_tests() -> None:
    complete = build("backend_common.complete")
    for extra in ("api", "db", "log", "templates"):
        assert importable(complete, f"backend_common.{extra}")
    assert not importable(complete, "pytest")


def test_an_extra_brings_its_requirements_alone() -> None:
    names = packages(build("backend_common.extras.db"))
    assert any(name.startswith("sqlalchemy-") for name in names)
    assert not any(name.startswith("connexion-") for name in names)


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("")
    variables = {"APP_SETTINGS": str(tmp_path / "settings.py")}
    code = "import backend_common; backend_common.create_app('sample', extensions=['db'])"
    python = build("backend_common.extras.log") / "bin/python"
    result = subprocess.run(
        [python, "-c", code], env=variables, text=True, capture_output=True, check=False
    )
    assert result.returncode == 1
    assert "backend_common[db]" in result.stderr
