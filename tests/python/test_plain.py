"""What is copied of a plain member is what its wheel has: random members, and real setuptools.

`PLAIN_FUZZ=300 pytest tests/python/test_plain.py` tries more of them than CI does.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from build_member import build_wheel
from compare_copies import differences
from install_source import Layout, install_source
from install_wheel import install_wheel
from toolchain import ROOT, build, evaluate
from wheels import unzip

pytestmark = [
    pytest.mark.builds,
    # setuptools says so of each directory with data that is not a package.
    pytest.mark.filterwarnings("ignore:.*is absent from the `packages` configuration"),
]

FUZZ = int(os.environ.get("PLAIN_FUZZ", "5"))
"""How many random members are tried."""

SYSTEM = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "sample"
version = "1.0"
"""
PACKAGES = ["sample", "sample.sub", "sample.sub.deep", "other", "spaced.inner"]
MODULES = ["config", "tool"]
GLOBS = ["*", "*.txt", "data/*", "data/**", "**/*.html", ".well-known/*", "d?ta/*.json", "*.py"]
NAMES = ["a.txt", "b.html", "c.json", "mod.py", ".hidden", "types.pyi", "py.typed", "run.sh", "x"]
DIRECTORIES = ["", "data/", "data/deep/", ".well-known/", "sub/data/"]


def write(member: Path, chance: random.Random) -> str:
    """Write the files of a random member; return its manifest."""
    packages = [name for name in PACKAGES if chance.random() < 0.6] or ["sample"]
    modules = [name for name in MODULES if chance.random() < 0.4]
    root = chance.choice([".", "src", None])
    top = member if root is None else member / root
    for package in PACKAGES:
        directory = top / package.replace(".", "/")
        directory.mkdir(parents=True, exist_ok=True)
        if package in packages or chance.random() < 0.5:
            (directory / "__init__.py").touch()
        for _ in range(chance.randint(0, 6)):
            path = directory / f"{chance.choice(DIRECTORIES)}{chance.choice(NAMES)}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("" if path.suffix == ".py" else package)
            path.chmod(chance.choice([0o644, 0o644, 0o755]))
    for module in MODULES:
        (top / f"{module}.py").touch()
    data = {
        package: chance.sample(GLOBS, chance.randint(1, 3))
        for package in [*packages, "*"]
        if chance.random() < 0.4
    }
    lines = [f"packages = {json.dumps(packages)}"]
    lines += [f"py-modules = {json.dumps(modules)}"] if modules else []
    lines += [f'package-dir = {{ "" = "{root}" }}'] if root is not None else []
    lines += ["[tool.setuptools.package-data]"]
    lines += [f"{json.dumps(package)} = {json.dumps(globs)}" for package, globs in data.items()]
    return "\n".join([SYSTEM, "[tool.setuptools]", *lines, ""])


RULES = """
import json, pathlib, sys, tomllib
from please_cli.lock.python import build_system, plain
from please_cli.workspace import Member
path = pathlib.Path(sys.argv[1])
manifest = tomllib.loads((path / "pyproject.toml").read_text())
system = build_system.read(manifest, "pyproject.toml")
print(json.dumps(plain.rules(Member(path, "service"), manifest, system)))
"""


def rules(member: Path) -> dict[str, Any]:
    """Return the rules that `please lock` makes of a member's manifest."""
    python = build("please_cli.extras.lock") / "bin/python"
    printed = subprocess.check_output([python, "-c", RULES, member], text=True)
    found: dict[str, Any] = json.loads(printed)
    return found


def taken(root: Path, found: Mapping[str, Any]) -> list[str]:
    """Return the files that nix/python/plain.nix takes of the member src/sample."""
    expression = f"""
      let
        plain = import {ROOT}/nix/python/plain.nix {{
          lock = "the lock";
          tree = import {ROOT}/nix/python/tree.nix {{ root = {root}; }} "src/sample";
          plain = builtins.fromJSON ''{json.dumps(found)}'';
        }};
      in
      builtins.attrNames plain.taken
    """
    return [file for file in evaluate(expression) if not (root / "src/sample" / file).is_dir()]


@pytest.mark.parametrize("seed", range(FUZZ))
def test_copies_are_what_the_wheel_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    member = tmp_path / "src/sample"
    member.mkdir(parents=True)
    text = write(member, chance)
    (member / "pyproject.toml").write_text(text)
    found = rules(member)
    source = tmp_path / "taken"
    for file in taken(tmp_path, found):
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(member / file, source / file)
    source.mkdir(exist_ok=True)
    tops = {path.partition("/")[0] for path in (*found["packages"], *found["modules"])}
    layout = Layout(tops, found["root"], found["packages"], found["modules"])
    install_source(str(source), "sample", str(tmp_path / "copy"), "src/sample", layout)
    monkeypatch.chdir(tmp_path)
    for name, value in {"PYTHONPATH": "", "SOURCE_DATE_EPOCH": "315532800"}.items():
        monkeypatch.setenv(name, value)
    wheel = build_wheel(member, tomllib.loads(text), Path(sys.prefix), "src/sample")
    code = tmp_path / "wheel/code"
    install_wheel(str(wheel), str(code), [unzip()[0], "unzip"], lambda _: None)
    for info in code.glob("lib/*/site-packages/*.dist-info"):
        shutil.rmtree(info)
    assert list(differences(tmp_path / "wheel", [tmp_path / "copy"])) == [], text
