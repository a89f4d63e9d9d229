"""The settings of [tool.services]: what locks, builds and serves a member reads them in one way."""

import json
from pathlib import Path
from typing import Any

import pytest
from launcher import is_place
from toolchain import ROOT, build, evaluate, run

pytestmark = pytest.mark.builds

# Tables of a service, and whether they are right.
TABLES = {
    'app = "shop:app"': True,
    "app = 3": False,
    'command = "shop-server"': True,
    'command = "Shop_2.x"': True,
    'command = "-shop"': False,
    'command = ".shop"': False,
    'command = "bin/shop"': False,
    'command = ""': False,
    "command = 3": False,
    'collisions."bin/tool" = "shop"': True,
    'collisions."bin/tool" = 3': False,
    'collisions = ["shop"]': False,
    'variables.SHOP_CACHE = "$CACHE_URL/2"': True,
    "variables.SHOP_CACHE = 2": False,
    'variables = "shop"': False,
    'tests.paths = ["tests", "shop/tests", "tests.py"]': True,
    'tests.files = [".data", "shop/..data"]': True,
    'tests.groups = ["dev"]': True,
    'tests.paths = ["/tests"]': False,
    'tests.paths = ["../tests"]': False,
    'tests.paths = ["shop/.."]': False,
    'tests.paths = ["./tests"]': False,
    'tests.paths = ["tests/"]': False,
    'tests.files = [""]': False,
    "tests.paths = [3]": False,
    'tests.paths = "tests"': False,
    'tests.path = ["tests"]': False,
    'tests = "tests"': False,
    'application = "shop:app"': False,
}

# Places of applications.
PLACES = [
    "shop:app", "shop.web:create_app", "shop.web:create_app()", "shop:make('a', 2, b=[1])",
    "größe:app", "shop:make(-1, {'a': None})", "shop:make((1, 2))",
]  # fmt: skip
OTHERS = [
    "", "shop", "shop:", ":app", "shop:app.wsgi", "shop:app[0]", "shop:make(name)", "a-b:c",
    ".:app", "shop.:app", "shop..web:app", "shop:1", "shop:(", "shop:make(", "shop:make()()",
    "shop:make(**{})", "shop:make(*[])", "shop:make(f'{a}')", "shop:make() or 1",
]  # fmt: skip

LOCKED = """
import json, pathlib, sys
from please_cli.errors import UserError
from please_cli.lock.python import settings

root, tables = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
member = {"directory": "src/shop", "declares": {"groups": {"dev": []}}}
found = []
for table in tables:
    (root / "src/shop/pyproject.toml").write_text(f"[tool.services]\\n{table}\\n")
    try:
        settings.check(root, {"shop": member})
        found.append(True)
    except UserError:
        found.append(False)
print(json.dumps({"tables": found, "names": settings.MEMBER}))
"""

SERVED = """
import json, sys
from serving.application import Place
from serving.errors import ServingError

for text in json.loads(sys.argv[1]):
    try:
        Place.parse(text)
        print(True)
    except ServingError:
        print(False)
"""


def locked(root: Path, tables: list[str]) -> Any:
    """Return which tables `please lock` takes, and the names of the settings."""
    (root / "src/shop").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    python = build("please_cli.extras.lock") / "bin/python"
    return json.loads(run(python, "-c", LOCKED, root, json.dumps(tables)).stdout)


def in_nix(root: Path) -> Any:
    """Return which tables Nix takes, and the names of the settings."""
    for number, table in enumerate(TABLES):
        directory = root / f"src/shop{number}"
        directory.mkdir(parents=True)
        (directory / "pyproject.toml").write_text(f"[tool.services]\n{table}\n")
    return evaluate(f"""
      let
        manifest = import {ROOT}/nix/manifest.nix {{ root = {root}; }};
        isRight = number: (builtins.tryEval (manifest "src/shop${{toString number}}")).success;
      in
      {{
        tables = builtins.genList isRight {len(TABLES)};
        names = builtins.attrNames (manifest "src/shop0");
      }}""")


def test_locks_and_builds_take_the_same_settings(tmp_path: Path) -> None:
    expected = list(TABLES.values())
    from_lock = locked(tmp_path / "lock", list(TABLES))
    from_nix = in_nix(tmp_path / "nix")
    assert from_lock["tables"] == expected
    assert from_nix["tables"] == expected
    assert from_lock["names"] == from_nix["names"]


def test_the_server_and_the_command_take_the_same_places() -> None:
    python = build("serving") / "bin/python"
    served = run(python, "-c", SERVED, json.dumps([*PLACES, *OTHERS])).stdout.split()
    assert served == ["True"] * len(PLACES) + ["False"] * len(OTHERS)
    assert all(map(is_place, PLACES))
    assert not any(map(is_place, OTHERS))


def test_every_place_can_be_locked(tmp_path: Path) -> None:
    tables = [f"app = {json.dumps(place)}" for place in PLACES]
    assert locked(tmp_path, tables)["tables"] == [True] * len(PLACES)
