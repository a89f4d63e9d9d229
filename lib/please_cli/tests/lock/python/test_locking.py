"""The whole way, with the real uv, pip and packaging: manifests in, lock out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.python import locking
from please_cli.lock.python.layout import Lock
from please_cli.lock.python.upgrades import EVERYTHING

Write = Callable[..., Path]

ROOT = """
[project]
name = "services"
version = "0"
requires-python = "==3.11.*"
[dependency-groups]
build = ["hammer"]
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
test = ["brush", "hammer"]
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
def root(platform: Path, write: Write, index: Any) -> Path:
    """A workspace of a library and a service, and an index with all that they need."""
    root = platform
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


NONE = Lock()


def versions(lock: Lock, resolve: str = "default") -> dict[str, str]:
    return {name: entry["version"] for name, entry in lock.packages(resolve).items()}


def text(lock: Lock) -> str:
    return "".join(document.render(content, file.levels) for file, content in lock.files().items())


def test_the_lock_of_a_workspace(root: Path) -> None:
    lock = locking.lock(root, NONE)
    assert list(lock.resolves) == ["default"]
    packages = lock.packages("default")
    assert list(packages) == ["brush", "hammer", "linseed", "pigment", "turpentine"]
    paint = dict(lock.members["paint"])
    assert list(paint.pop("manifests")) == ["pyproject.toml", "setup.py"]
    assert list(paint.pop("metadata")) == ["paint-1.0.0.dist-info/METADATA"]
    assert paint == {
        "version": "1.0.0",
        "directory": "lib/paint",
        "build": "",
        "plain": None,
        "declares": {
            "requires": ["pigment>=1"],
            "extras": {"oil": ["linseed[thick]"], "water": []},
            "groups": {"test": ["brush", "hammer"]},
        },
        "named": ["default"],
        "resolves": {
            "default": {
                "requires": ["pigment"],
                "extras": {"oil": ["linseed", "linseed[thick]"], "water": []},
                "groups": {"test": ["brush", "hammer"]},
            }
        },
    }
    door = lock.members["door"]["resolves"]["default"]
    assert door["requires"] == ["paint", "paint[oil]", "paint[water]"]
    assert lock.resolves["default"]["python"] == "3.11.2"
    assert lock.resolves["default"]["groups"] == lock.resolves["default"]["declares"] == {}
    assert packages["linseed"]["extras"] == {"thick": ["turpentine"]}
    assert packages["pigment"]["wheel"]["file"] == "pigment-1.0-py3-none-any.whl"
    assert sorted(packages["turpentine"]["wheels"]) == ["aarch64-linux", "x86_64-linux"]


def test_no_address_and_no_path_in_it(root: Path, tmp_path: Path) -> None:
    found = text(locking.lock(root, NONE))
    assert "://" not in found
    assert str(tmp_path) not in found


def test_a_relock_moves_nothing(root: Path, index: Any) -> None:
    before = locking.lock(root, NONE)
    index.wheel("pigment", "2.0")
    index.wheel("linseed", "1.0", ["turpentine; extra == 'thick'"], tag="cp311-none-any")
    assert text(locking.lock(root, before)) == text(before)


def test_an_upgrade_moves_what_was_asked_for(root: Path, index: Any) -> None:
    before = locking.lock(root, NONE)
    index.wheel("pigment", "2.0")
    index.wheel("brush", "2.0")
    after = locking.lock(root, before, ["Pigment"])
    assert versions(after) == versions(before) | {"pigment": "2.0"}


def test_an_upgrade_of_everything(root: Path, index: Any) -> None:
    before = locking.lock(root, NONE)
    index.wheel("pigment", "2.0")
    index.wheel("hammer", "2.0")
    after = locking.lock(root, before, [EVERYTHING])
    assert versions(after) == versions(before) | {"pigment": "2.0", "hammer": "2.0"}


def test_an_upgrade_of_what_is_not_there(root: Path) -> None:
    before = locking.lock(root, NONE)
    for name, hint in (("pigmant", "did you mean pigment?"), ("xyz", "see the names there")):
        with pytest.raises(UserError) as caught:
            locking.lock(root, before, [name])
        assert caught.value.message == (
            f"cannot upgrade '{name}': no such package in nix/lock/python/; {hint}"
        )


def test_a_package_whose_next_version_needs_another_release(
    root: Path, index: Any, write: Write
) -> None:
    # As soupsieve does, of which uv would take both: one for each range of releases.
    index.wheel("sieve", "1.0", python=">=3.9")
    index.wheel("sieve", "2.0", python=">=3.11.5")
    index.wheel("soup", "1.0", ["sieve>=1", "tomli; python_full_version >= '3.11.5'"])
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'soup", "paint['))
    lock = locking.lock(root, NONE)
    assert versions(lock)["sieve"] == "1.0"
    assert lock.packages("default")["soup"]["requires"] == ["sieve"]


BY_SYSTEM = """
[project]
name = "door"
version = "2.0.0"
dependencies = [
  "brush{0}1.0; platform_machine == 'x86_64'", "brush{0}2.0; platform_machine == 'aarch64'",
]
"""


def test_a_version_for_each_system(root: Path, index: Any, write: Write) -> None:
    index.wheel("brush", "2.0", ["bristle"])
    index.wheel("bristle", "1.0")
    write(root / "src/door/pyproject.toml", BY_SYSTEM.format("=="))
    lock = locking.lock(root, NONE)
    by_system = lock.packages("default")["brush"]["systems"]
    assert {system: entry["version"] for system, entry in by_system.items()} == {
        "aarch64-linux": "2.0",
        "x86_64-linux": "1.0",
    }
    assert by_system["aarch64-linux"]["requires"] == ["bristle"]
    assert by_system["x86_64-linux"]["requires"] == []
    # Both stay, although there are newer ones.
    write(root / "src/door/pyproject.toml", BY_SYSTEM.format(">="))
    index.wheel("brush", "3.0")
    assert locking.lock(root, lock).packages("default") == lock.packages("default")


NEXT = 'dependencies = ["pigment<2"]\n[tool.services]\nresolve = "next"\n'


def test_resolves_have_versions_of_their_own(root: Path, index: Any, write: Write) -> None:
    write(root / "pyproject.toml", ROOT + "[tool.services.resolves.next]\n")
    write(root / "src/wall/pyproject.toml", '[project]\nname = "wall"\nversion = "1"\n' + NEXT)
    index.wheel("pigment", "2.0")
    lock = locking.lock(root, NONE)
    assert versions(lock)["pigment"] == "2.0"
    assert versions(lock, "next") == {"pigment": "1.0"}
    assert list(lock.members["wall"]["resolves"]) == ["next"]
    index.wheel("hammer", "2.0")
    assert text(locking.lock(root, lock)) == text(lock)


def test_the_tools_of_the_workspace_bind_nobody(root: Path, index: Any, write: Write) -> None:
    tools = 'lint = ["pigment>=2"]\ntest = ["brush>=2"]\n[tool.services.resolves.tools]\n'
    write(root / "pyproject.toml", ROOT + tools)
    write(root / "lib/paint/pyproject.toml", PAINT.replace("brush", "brush<2"))
    index.wheel("brush", "2.0")
    index.wheel("pigment", "2.0")
    write(root / "src/door/pyproject.toml", DOOR.replace('",water]"', '",water]", "pigment<2"'))
    lock = locking.lock(root, NONE)
    assert versions(lock)["brush"] == "1.0"
    assert versions(lock, "tools") == {"brush": "2.0", "hammer": "1.0", "pigment": "2.0"}
    assert lock.resolves["default"]["declares"] == {}
    assert list(lock.resolves["tools"]["declares"]["groups"]) == ["build", "lint", "test"]


def test_the_tests_of_a_guest_bind_nobody(root: Path, index: Any, write: Write) -> None:
    write(root / "pyproject.toml", ROOT + "[tool.services.resolves.legacy]\n")
    write(root / "lib/paint/pyproject.toml", PAINT.replace("brush", "brush>=2"))
    wall = '[project]\nname = "wall"\nversion = "1"\ndependencies = ["paint"]\n'
    groups = '[dependency-groups]\ntest = ["brush<2"]\n'
    write(root / "src/wall/pyproject.toml", f'{wall}{groups}[tool.services]\nresolve = "legacy"\n')
    index.wheel("brush", "2.0")
    lock = locking.lock(root, NONE)
    assert (versions(lock)["brush"], versions(lock, "legacy")["brush"]) == ("2.0", "1.0")
    paint = lock.members["paint"]
    assert paint["declares"]["groups"] == {"test": ["brush>=2", "hammer"]}
    assert paint["named"] == ["default"]
    assert paint["resolves"]["default"]["groups"] == {"test": ["brush", "hammer"]}
    assert paint["resolves"]["legacy"] == {"requires": ["pigment"]}


def test_a_new_resolve_begins_with_the_versions_of_default(
    root: Path, index: Any, write: Write
) -> None:
    before = locking.lock(root, NONE)
    index.wheel("pigment", "2.0")
    index.wheel("hammer", "2.0")
    write(root / "pyproject.toml", ROOT + "[tool.services.resolves.next]\n")
    wall = '[project]\nname = "wall"\nversion = "1"\ndependencies = ["hammer", "pigment"]\n'
    service = '[tool.services]\nresolve = "next"\n'
    write(root / "src/wall/pyproject.toml", wall + service)
    after = locking.lock(root, before)
    assert versions(after, "next") == {"hammer": "1.0", "pigment": "1.0"}
    assert after.packages("next")["hammer"] == before.packages("default")["hammer"]
    # Once it is locked, it goes its own way.
    moved = locking.lock(root, after, ["pigment"])
    index.wheel("pigment", "3.0")
    write(root / "src/wall/pyproject.toml", wall.replace("pigment", "pigment>=3") + service)
    last = locking.lock(root, moved)
    assert (versions(last)["pigment"], versions(last, "next")["pigment"]) == ("2.0", "3.0")


def test_a_new_member_keeps_the_versions_that_it_brings(
    root: Path, index: Any, write: Write
) -> None:
    for name in ("brush", "hammer", "pigment"):
        index.wheel(name, "2.0")
    index.wheel("hammer", "3.0")
    before = locking.lock(root, NONE)
    assert versions(before)["pigment"] == "2.0"
    write(root / "pyproject.toml", ROOT + "[tool.services.resolves.next]\n")
    wall = '[project]\nname = "wall"\nversion = "1"\ndependencies = ["pigment", "brush"]\n'
    service = '[tool.services]\nresolve = "next"\n[dependency-groups]\ntest = ["hammer<3"]\n'
    write(root / "src/wall/pyproject.toml", wall + service)
    # Not the newest, not those of default; and what the manifest excludes is another version.
    write(root / "src/wall/requirements.txt", "pigment==1.0\nbrush==1.0\nhammer==3.0\n")
    after = locking.lock(root, before)
    assert versions(after, "next") == {"brush": "1.0", "hammer": "2.0", "pigment": "1.0"}
    assert versions(after) == versions(before)
    # It is new once. What the resolve has counts for the next that is new to it.
    write(root / "src/wall/requirements.txt", "pigment==2.0\n")
    assert text(locking.lock(root, after)) == text(after)
    roof = wall.replace("wall", "roof").replace('"brush"', '"linseed"')
    write(root / "src/roof/pyproject.toml", roof + '[tool.services]\nresolve = "next"\n')
    write(root / "src/roof/requirements.txt", "pigment==2.0\nlinseed==1.0\n")
    index.wheel("linseed", "2.0")
    last = locking.lock(root, after)
    assert versions(last, "next")["pigment"] == "1.0"
    assert versions(last, "next")["linseed"] == "1.0"
    assert versions(locking.lock(root, last, [EVERYTHING]), "next")["pigment"] == "2.0"


def test_an_edit_of_a_member_changes_its_file_alone(root: Path, write: Write) -> None:
    before = locking.lock(root, NONE)
    write(root / "src/door/README.md", "An edit.")
    after = locking.lock(root, before)
    old, new = before.files(), after.files()
    assert [file.path for file in new if old[file] != new[file]] == ["nix/lock/members/door.json"]


def test_the_backend_of_a_member_runs_once_for_all_resolves(
    root: Path, write: Write, tmp_path: Path
) -> None:
    record = tmp_path / "record"
    spy = f"\nwith open({str(record)!r}, 'a') as file:\n    file.write('run\\n')\n"
    write(root / "lib/paint/setup.py", PAINT_SETUP + spy)
    write(
        root / "lib/paint/pyproject.toml", PAINT + '[tool.services]\nresolves = ["default", "next"]'
    )
    write(root / "pyproject.toml", ROOT + "[tool.services.resolves.next]\n")
    lock = locking.lock(root, NONE)
    assert list(lock.members["paint"]["resolves"]) == ["default", "next"]
    runs = record.read_text().count("run")
    # PEP 517: a process for the requirements of the build, another one for the metadata.
    assert runs in (1, 2)
    locking.lock(root, lock)
    assert record.read_text().count("run") == runs


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
    index.sdist("nail", "1.0", nail("Hammer[steel] >= 0.5"))
    lock = locking.lock(root, NONE)
    locked = lock.packages("default")["nail"]
    assert locked["sdist"]["file"] == "nail-1.0.tar.gz"
    assert locked["build"] == "hammer[steel]>=0.5"
    builds = lock.builds["bookworm"]["sets"]
    assert list(builds["hammer[steel]>=0.5"]["packages"]) == ["hammer"]


def test_a_source_distribution_that_is_compiled_elsewhere_is_named(
    root: Path, index: Any, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist("nail", "1.0", nail("hammer"))
    index.wheel("nail", "1.0", tag="cp310-cp310-manylinux_2_17_x86_64")
    before = locking.lock(root, NONE)
    assert "builds here have no compiler: nail 1.0 (no later version has wheels); " in (
        capsys.readouterr().out
    )
    locking.lock(root, before)
    assert "compiler" not in capsys.readouterr().out


def test_a_package_that_no_index_has_is_named(root: Path, write: Write) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nial", "paint['))
    with pytest.raises(UserError) as raised:
        locking.lock(root, NONE)
    assert raised.value.message == (
        "the resolve default: no index has a package nial, and src/door requires it; correct the "
        "name in its pyproject.toml, or configure the index that has it (docs/indexes.md)"
    )


def test_what_builds_require_has_constraints_of_its_own(
    root: Path, index: Any, write: Write
) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist("nail", "1.0", nail("hammer"))
    index.wheel("hammer", "2.0")
    before = locking.lock(root, NONE)
    settings = '[tool.uv]\nbuild-constraint-dependencies = ["hammer<2"]\n'
    write(root / "pyproject.toml", f"{(root / 'pyproject.toml').read_text()}\n{settings}")
    after = locking.lock(root, before, ["hammer"])

    def versions(lock: Lock) -> tuple[str, str]:
        built = lock.builds["bookworm"]["sets"]["hammer"]["packages"]["hammer"]
        return lock.packages("default")["hammer"]["version"], built["version"]

    assert (versions(before), versions(after)) == (("2.0", "2.0"), ("2.0", "1.0"))


# A backend that uv runs to learn the requirements of a source distribution.
SPY = """
import json, os, pathlib

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    seen = {{"variables": dict(os.environ), "home": os.listdir(os.path.expanduser("~"))}}
    pathlib.Path({record!r}).write_text(json.dumps(seen))
    info = pathlib.Path(directory, "nail-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\\nName: nail\\nVersion: 1.0\\n")
    return info.name

def build_wheel(*arguments, **options):
    raise NotImplementedError

build_sdist = build_wheel
"""
SPY_PROJECT = """
[build-system]
requires = []
build-backend = "spy"
backend-path = ["."]
[project]
name = "nail"
version = "1.0"
dynamic = ["dependencies"]
"""


def test_a_source_distribution_finds_no_secret(
    root: Path, index: Any, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "record.json"
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'nail", "paint['))
    index.sdist("nail", "1.0", SPY_PROJECT, {"spy.py": SPY.format(record=str(record))})
    write(tmp_path / "home/.netrc", "machine host login caller password hunter2")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DEPLOY_TOKEN", "hunter2")
    locking.lock(root, NONE)
    assert "hunter2" not in record.read_text()
    assert json.loads(record.read_text())["home"] == []


def test_manifests_that_exclude_each_other(root: Path, write: Write) -> None:
    write(root / "src/door/pyproject.toml", DOOR.replace("paint[", 'pigment<1", "paint['))
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
    assert caught.value.message == (
        "the resolve default: no versions satisfy the requirements of src/door and lib/paint; "
        "change one of those that uv names below"
    )
    assert "pigment" in caught.value.details


def test_services_that_exclude_each_other(root: Path, index: Any, write: Write) -> None:
    index.wheel("pigment", "0.9")
    wall = '[project]\nname = "wall"\nversion = "1"\ndependencies = ["pigment<1"]\n'
    manifest = write(root / "src/wall/pyproject.toml", wall)
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
    assert caught.value.message == (
        "the resolve default: no versions satisfy the requirements of lib/paint and src/wall; "
        "change one of those that uv names below, or give src/wall another resolve "
        '(docs/packages.md, "Another resolve")'
    )
    # The way out.
    write(root / "pyproject.toml", f"{ROOT}[tool.services.resolves.old]\n")
    manifest.write_text(f'{wall}[tool.services]\nresolve = "old"\n')
    lock = locking.lock(root, NONE)
    assert (versions(lock)["pigment"], versions(lock, "old")["pigment"]) == ("1.0", "0.9")


def test_a_manifest_that_is_not_toml(root: Path, write: Write) -> None:
    path = write(root / "src/door/pyproject.toml", "[project\n")
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
    assert caught.value.message.startswith(f"{path}: not TOML: ")
    assert caught.value.message.endswith("; correct it")


def test_a_setup_py_that_fails(root: Path, write: Write) -> None:
    write(root / "lib/paint/setup.py", PAINT_SETUP.replace("assert ", "assert not "))
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
    assert caught.value.message.startswith("the build backend of lib/paint failed; ")
    assert "AssertionError" in caught.value.details


def test_an_index_that_cannot_be_reached(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9, discard: nothing listens there.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UserError) as caught:
        locking.lock(root, NONE)
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
        locked = locking.lock(root, NONE)
        assert locked.packages("default")["nail"]["build"] == "hammer"
        index.wheel("brush", "2.0")
        assert locking.lock(root, locked) == locked
    assert "secret" not in text(locked)


def test_a_member_with_the_name_of_a_package(root: Path, write: Write) -> None:
    before = locking.lock(root, NONE)
    # Another member requires a version of the package that this one does not have.
    write(
        root / "src/pigment/pyproject.toml", DOOR.replace("door", "pigment").replace("2.0", "0.1")
    )
    with pytest.raises(UserError) as caught:
        locking.lock(root, before)
    assert caught.value.message == (
        "src/pigment has the name of pigment, a package of the index in the lock; "
        "rename the directory and its project"
    )
