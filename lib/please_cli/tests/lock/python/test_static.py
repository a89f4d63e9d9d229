import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.lock.python import static
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.resolves import Resolve

PYTHON = Interpreter("3.11.2", (2, 36))

ROOT = """
[project]
name = "work"
version = "1"
requires-python = "==3.11.*"
[dependency-groups]
build = ["flit-core"]
lint = ["ruff"]
[tool.uv]
environments = ["sys_platform == 'win32'"]
constraint-dependencies = ["flask<4"]
[tool.uv.workspace]
members = ["lib/*"]
[tool.uv.sources]
paint = { workspace = true }
flask = { index = "company" }
"""

DOOR = """
[project]
name = "door"
dynamic = ["version"]
[tool.uv.sources]
brush = { index = "company" }
"""


def written(directory: Path, manifest: str) -> dict[str, Any]:
    return tomllib.loads((directory / manifest / "pyproject.toml").read_text())


def test_manifests_of_a_resolve(tmp_path: Path, write: Callable[..., Path]) -> None:
    root, to = tmp_path / "work", tmp_path / "copy"
    write(root / "pyproject.toml", ROOT)
    write(root / "src/door/pyproject.toml", DOOR)
    declares = {"requires": ["brush>=1"], "extras": {"bell": []}, "groups": {"test": ["pytest"]}}
    members = {
        "door": {"version": "2.0", "directory": "src/door", "declares": declares},
        "paint": {"version": "1.0", "directory": "lib/paint", "declares": {"requires": []}},
    }
    static.write(root, Resolve("next", frozenset(["door"]), "bookworm", PYTHON), members, to)
    assert written(to, ".") == {
        "project": {"name": "services", "version": "0", "requires-python": ">=3.11"},
        "dependency-groups": {},
        "tool": {
            "uv": {
                "constraint-dependencies": ["flask<4"],
                "package": False,
                "environments": PYTHON.environments(),
                "workspace": {"members": ["src/door"]},
                "sources": {"flask": {"index": "company"}, "door": {"workspace": True}},
            }
        },
    }
    assert written(to, "src/door") == {
        "build-system": {"requires": [], "build-backend": "static"},
        "project": {
            "name": "door",
            "version": "2.0",
            "dependencies": ["brush>=1"],
            "optional-dependencies": {"bell": []},
        },
        "dependency-groups": {"test": ["pytest"]},
        "tool": {"uv": {"sources": {"brush": {"index": "company"}}}},
    }
    assert not (to / "lib").exists()


@pytest.mark.parametrize(
    ("release", "expected"), [("3.13.5", (3, 11)), ("3.9.2", (3, 9)), ("3.11.2", (3, 11))]
)
def test_the_python_that_runs_uv_is_not_too_old(
    release: str, expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One interpreter locks for newer and for older ones."""
    monkeypatch.setattr("sys.version_info", (3, 11, 2, "final", 0))
    resolve = Resolve("next", frozenset(), "trixie", Interpreter(release, (2, 41)))
    assert static.requires_python(resolve) == ">={}.{}".format(*expected)


@pytest.mark.parametrize("name", ["tools", "tools-bookworm"])
def test_the_resolve_of_the_tools_has_all_groups_of_the_workspace(
    tmp_path: Path, write: Callable[..., Path], name: str
) -> None:
    root, to = tmp_path / "work", tmp_path / "copy"
    write(root / "pyproject.toml", ROOT)
    static.write(root, Resolve(name, frozenset(), "bookworm", PYTHON), {}, to)
    found = written(to, ".")["dependency-groups"]
    assert found == {"build": ["flit-core"], "lint": ["ruff"]}


def test_a_package_alone(tmp_path: Path, write: Callable[..., Path]) -> None:
    """It comes from where the manifests say, and nothing binds its version."""
    root = tmp_path / "work"
    write(root / "pyproject.toml", ROOT)
    write(root / "src/door/pyproject.toml", DOOR)
    members = {"door": {"version": "2.0", "directory": "src/door", "declares": {"requires": []}}}
    resolve = Resolve("next", frozenset(["door"]), "bookworm", PYTHON)
    found = tomllib.loads(static.alone(root, resolve, members, "brush==1.0"))
    assert found["project"]["dependencies"] == ["brush==1.0"]
    assert "dependency-groups" not in found
    uv = found["tool"]["uv"]
    assert "constraint-dependencies" not in uv
    assert uv["workspace"]["members"] == []
    assert uv["sources"] == {"brush": {"index": "company"}, "flask": {"index": "company"}}
