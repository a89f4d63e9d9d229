"""The whole way, with the real uv, pip and packaging: manifests in, lock out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.python import packages as python

Write = Callable[..., Path]

ROOT = """
[project]
name = "services"
version = "0"
requires-python = "==3.11.*"
[dependency-groups]
build = ["hammer"]
[tool.uv]
package = false
environments = [
  "sys_platform == 'linux' and platform_machine == 'x86_64' and implementation_name == 'cpython'",
  "sys_platform == 'linux' and platform_machine == 'aarch64' and implementation_name == 'cpython'",
]
[tool.uv.workspace]
members = ["lib/*", "src/*"]
[tool.uv.sources]
paint = { workspace = true }
"""

PAINT = """
[build-system]
requires = []
build-backend = "setup"
backend-path = ["."]
[project]
name = "paint"
version = "1.0.0"
dynamic = ["dependencies", "optional-dependencies"]
[dependency-groups]
test = ["brush"]
"""

# A build backend that needs no package: what matters is that running it says more than the file.
PAINT_SETUP = """
import pathlib

def get_requires_for_build_editable(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    assert pathlib.Path("paint/tools/__init__.py").read_text() == ""
    info = pathlib.Path(directory, "paint-1.0.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\\nName: paint\\nVersion: 1.0.0\\n"
        "Requires-Dist: Pigment>=1\\n"
        "Provides-Extra: oil\\nRequires-Dist: linseed[thick]; extra == 'oil'\\n"
        "Provides-Extra: water\\n"
    )
    return info.name

prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel

def build_editable(*arguments, **options):
    raise NotImplementedError

build_wheel = build_sdist = build_editable
"""

DOOR = """
[project]
name = "door"
version = "2.0.0"
dependencies = ["paint[oil,water]"]
[tool.uv]
package = false
"""


@pytest.fixture
def root(tmp_path: Path, write: Write, index: Any) -> Path:
    """A workspace of a library and a service, and an index with all that they need."""
    root = tmp_path / "work"
    write(root / "pyproject.toml", ROOT)
    write(root / "lib/paint/pyproject.toml", PAINT)
    write(root / "lib/paint/setup.py", PAINT_SETUP)
    write(root / "lib/paint/paint/tools/__init__.py", "raise ImportError('code does not run')")
    write(root / "src/door/pyproject.toml", DOOR)
    index.wheel("hammer", "1.0")
    index.wheel("brush", "1.0")
    index.wheel("pigment", "1.0", ["winpaint; sys_platform == 'win32'"])
    index.wheel("linseed", "1.0", ["turpentine; extra == 'thick'", "salt; extra == 'thin'"])
    for machine_ in ("x86_64", "aarch64"):
        index.wheel("turpentine", "1.0", tag=f"cp311-cp311-manylinux_2_17_{machine_}")
    return root


def test_the_lock_of_a_workspace(root: Path) -> None:
    lock = python.lock(root, {})
    packages = lock["packages"]
    assert list(packages) == [
        "brush", "door", "hammer", "linseed", "paint", "pigment", "services", "turpentine",
    ]  # fmt: skip
    manifests, metadata = packages["paint"].pop("manifests"), packages["paint"].pop("metadata")
    assert list(manifests) == ["pyproject.toml", "setup.py"]
    assert list(metadata) == ["paint-1.0.0.dist-info/METADATA"]
    assert packages["paint"] == {
        "version": "1.0.0",
        "local": "lib/paint",
        "requires": ["pigment"],
        "extras": {"oil": ["linseed", "linseed[thick]"], "water": []},
        "groups": {"test": ["brush"]},
        "declares": {
            "requires": ["pigment>=1"],
            "extras": {"oil": ["linseed[thick]"], "water": []},
            "groups": {"test": ["brush"]},
        },
    }
    assert packages["door"]["requires"] == ["paint", "paint[oil]", "paint[water]"]
    assert packages["services"]["groups"] == {"build": ["hammer"]}
    assert packages["linseed"]["extras"] == {"thick": ["turpentine"]}
    assert packages["pigment"]["wheel"]["file"] == "pigment-1.0-py3-none-any.whl"
    assert sorted(packages["turpentine"]["wheels"]) == ["aarch64-linux", "x86_64-linux"]


def test_no_address_and_no_path_in_it(root: Path, tmp_path: Path) -> None:
    text = document.render(python.lock(root, {}), python.LOCKFILE.levels)
    assert "://" not in text
    assert str(tmp_path) not in text


def test_a_relock_moves_nothing(root: Path, index: Any) -> None:
    before = python.lock(root, {})
    index.wheel("pigment", "2.0")
    index.wheel("linseed", "1.0", ["turpentine; extra == 'thick'"], tag="cp311-none-any")
    assert document.render(python.lock(root, before), python.LOCKFILE.levels) == document.render(
        before, python.LOCKFILE.levels
    )


def test_an_upgrade_moves_what_was_asked_for(root: Path, index: Any) -> None:
    before = python.lock(root, {})
    index.wheel("pigment", "2.0")
    index.wheel("brush", "2.0")
    after = python.lock(root, before, ["Pigment"])
    assert python.versions(after) == python.versions(before) | {"pigment": "2.0"}


def test_an_upgrade_of_what_is_not_there(root: Path) -> None:
    before = python.lock(root, {})
    for name, hint in (("pigmant", "did you mean pigment?"), ("xyz", "see the names there")):
        with pytest.raises(UserError) as caught:
            python.lock(root, before, [name])
        assert caught.value.message == (
            f"cannot upgrade '{name}': no such package in nix/lock/python.json; {hint}"
        )


def test_versions() -> None:
    lock = {"packages": {"flask": {"version": "3.1"}, "door": {"local": "src/door"}}}
    assert python.versions(lock) == {"flask": "3.1", "door": "local"}
    assert python.versions({}) == {}


def test_a_lock_of_another_shape(tmp_path: Path, write: Write) -> None:
    for malformed in (
        "[]",
        '{"packages": []}',
        '{"packages": {"a": {}}}',
        '{"packages": {"a": 1}}',
    ):
        path = write(tmp_path / "nix/lock/python.json", malformed)
        with pytest.raises(UserError) as caught:
            python.LOCKFILE.read(tmp_path)
        assert caught.value.message == (
            f"{path}: not a lock file: its entries have another shape; restore it (git checkout "
            "HEAD -- nix/lock/python.json), then run `./please lock`"
        )


def nail(requires: str) -> str:
    return f"""
[build-system]
requires = ["{requires}"]
[project]
name = "nail"
version = "1.0"
"""


def test_a_source_distribution_is_built(root: Path, index: Any, write: Write) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist(
        "nail",
        "1.0",
        nail("hammer"),
    )
    locked = python.lock(root, {})["packages"]["nail"]
    assert locked["sdist"]["file"] == "nail-1.0.tar.gz"
    assert locked["build"] == ["hammer"]


def test_a_build_requirement_that_is_not_locked(root: Path, index: Any, write: Write) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist(
        "nail",
        "1.0",
        nail("anvil"),
    )
    with pytest.raises(UserError) as caught:
        python.lock(root, {})
    assert caught.value.message == (
        'nail has no wheel and is built with anvil, which is not locked; add "anvil" to the '
        "`build` group in pyproject.toml"
    )


def resolved(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"package": list(packages)}


def test_what_is_known_of_an_sdist_is_not_fetched_again() -> None:
    file = {"path": "/gone/nail-1.0.tar.gz", "hash": "sha256:0"}
    package = {"name": "nail", "version": "1.0", "source": {"registry": "r"}, "sdist": file}
    hammer = {
        "name": "hammer",
        "version": "1.0",
        "source": {"virtual": "."},
        "dependencies": [{"name": "nail"}],
    }
    known = {"sdist": {"file": "nail-1.0.tar.gz", "sha256": "0"}, "build": ["hammer"]}
    before = {"packages": {"nail": {"version": "1.0", **known}}}
    lock = python.convert(resolved(package, hammer), before, [], {})
    assert lock["packages"]["nail"]["build"] == ["hammer"]


def test_two_versions_of_a_package() -> None:
    source = {"registry": "r"}
    with pytest.raises(UserError) as caught:
        python.convert(
            resolved(
                {"name": "brush", "version": "1.0", "source": source},
                {"name": "brush", "version": "2.0", "source": source},
            ),
            {},
            [],
            {},
        )
    assert caught.value.message == (
        "brush would have two versions, 1.0 and 2.0, one for each system; ask for one that both "
        "have in the manifest that names it"
    )


def test_a_package_from_elsewhere_than_an_index() -> None:
    package = {"name": "brush", "version": "1.0", "source": {"git": "https://host/brush"}}
    with pytest.raises(UserError) as caught:
        python.convert(resolved(package), {}, [], {})
    assert caught.value.message == (
        "brush comes from git, but only packages of an index can be locked; change "
        "[tool.uv.sources] or the requirement"
    )


def test_manifests_that_exclude_each_other(root: Path, write: Write) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'pigment<1", "paint['))
    with pytest.raises(UserError) as caught:
        python.lock(root, {})
    assert caught.value.message == (
        "no versions satisfy all manifests; change the one that uv names below"
    )
    assert "door" in caught.value.details
    assert "pigment" in caught.value.details


def test_a_manifest_that_is_not_toml(root: Path, write: Write) -> None:
    write(root / "src/door/pyproject.toml", "[project\n")
    with pytest.raises(UserError) as caught:
        python.lock(root, {})
    manifest = root / "src/door/pyproject.toml"
    assert caught.value.message == (
        f"{manifest}: not TOML: Expected ']' at the end of a table declaration "
        "(at line 1, column 9); correct it"
    )


def test_a_member_with_the_name_of_a_package(root: Path) -> None:
    before = {"packages": {"door": {"version": "1.0", "wheel": {}}}}
    with pytest.raises(UserError) as caught:
        python.lock(root, before)
    assert caught.value.message == (
        "src/door has the name of door, a package of the index in the lock; "
        "rename the directory and its project"
    )


def test_a_setup_py_that_fails(root: Path, write: Write) -> None:
    write(root / "lib/paint/setup.py", PAINT_SETUP.replace("assert ", "assert not "))
    with pytest.raises(UserError) as caught:
        python.lock(root, {})
    assert caught.value.message == (
        "the manifest of paint fails; correct its setup.py or pyproject.toml"
    )
    assert "AssertionError" in caught.value.details


def test_an_index_that_cannot_be_reached(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9, discard: nothing listens there.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UserError) as caught:
        python.lock(root, {})
    assert caught.value.message == (
        "uv cannot reach the package index; check the network and pip's configuration "
        "(`pip config list`), then run `./please lock` again"
    )


def test_an_index_with_a_password(
    root: Path, index: Any, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist("nail", "1.0", nail("hammer"))
    with index.served("caller:secret") as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://caller:secret@{address}")
        locked = python.lock(root, {})
        assert locked["packages"]["nail"]["build"] == ["hammer"]
        index.wheel("brush", "2.0")
        assert python.lock(root, locked) == locked
    assert "secret" not in document.render(locked, python.LOCKFILE.levels)
