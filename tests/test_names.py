"""Members with names that PEP 503 normalises: locked, built, tested and entered like others."""

import os
import socket
import subprocess
from pathlib import Path

import checkout as copies
import pytest
from toolchain import build, environment, evaluate, run

pytestmark = pytest.mark.builds

# Directory, module; the attribute; spellings that the command line tool takes.
NAMES = [
    ("Shop", "shop", "Shop", ["shop", "SHOP"]),
    ("a--b", "a_b", "a--b", ["a-b", "A.b"]),
    ("acme.shop", "acme_shop", "acme_shop", ["acme.shop", "acme--shop"]),
]
PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "1.0.0"
dependencies = ["backend_common[log]"]

[project.scripts]
"{module}-hello" = "{module}:create_app"

[dependency-groups]
test = ["pytest"]

[tool.setuptools]
packages = ["{module}"]
"""
PACKAGE = """\
import backend_common


def create_app(config=None):
    return backend_common.create_app("{module}", extensions=["log"], config=config)
"""
FLASK = """\
import {module}

app = {module}.create_app()
"""
TESTS = """\
from importlib.metadata import entry_points, files, version

import {module}.flask


def test_module():
    assert {module}.flask.app.name == "{module}"


def test_metadata():
    assert version("{name}") == "1.0.0"
    assert entry_points(group="console_scripts")["{module}-hello"].module == "{module}"
    listed = files("{name}")
    assert all(path.locate().is_file() for path in listed)
    paths = {{str(path) for path in listed}}
    assert {{"{module}/__init__.py", "{module}/flask.py"}} <= paths
    assert {{"../../../share/{module}/settings.py", "../../../bin/{module}-hello"}} <= paths


def test_metadata_of_a_library_with_extras():
    listed = {{str(path) for path in files("backend_common")}}
    assert {{"backend_common/app.py", "backend_common/log/__init__.py"}} <= listed
    assert not any(path.startswith("backend_common/db") for path in listed)
"""


def write(service: Path, name: str, module: str) -> None:
    """Write a service."""
    files = {
        "pyproject.toml": PYPROJECT,
        "settings.py": "",
        f"{module}/__init__.py": PACKAGE,
        f"{module}/flask.py": FLASK,
        "tests/test_names.py": TESTS,
    }
    for path, text in files.items():
        (service / path).parent.mkdir(parents=True, exist_ok=True)
        (service / path).write_text(text.format(name=name, module=module))


def litter(root: Path, service: Path, module: str) -> None:
    """Leave what editors, servers and branches leave in a checkout."""
    (root / "src/gone/gone/__pycache__").mkdir(parents=True)
    os.mkfifo(service / "README.pipe")
    for directory in (root / "src", service, service / module, service / "tests"):
        os.mkfifo(directory / "pipe")
        with socket.socket(socket.AF_UNIX) as listening:
            # The path of a socket has 107 characters at most; the checkout's may be longer.
            listening.bind(f"/proc/self/fd/{os.open(directory, os.O_RDONLY)}/run.sock")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with odd names and litter in it, locked, at a path with odd characters."""
    root = copies.copy(tmp_path_factory.mktemp("odd") / "chéck 'out' $1 #")
    for name, module, _, _ in NAMES:
        write(root / "src" / name, name, module)
    litter(root, root / "src/Shop", "shop")
    please(root, "lock")
    return root


def please(root: Path, *arguments: str) -> str:
    """Return what a command of the command line tool prints."""
    variables = environment() | {"PLEASE_ROOT": str(root)}
    command = [str(build("please_cli") / "bin/please"), *arguments]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_they_are_listed(odd: Path) -> None:
    listed = [line.split()[0] for line in please(odd, "list").splitlines()]
    assert {attribute for _, _, attribute, _ in NAMES} <= set(listed)
    assert "gone" not in listed


@pytest.mark.parametrize(("name", "module", "attribute", "spellings"), NAMES)
def test_they_are_built(
    odd: Path, name: str, module: str, attribute: str, spellings: list[str]
) -> None:
    app = build(attribute, root=odd)
    for spelling in (name, attribute, *spellings):
        assert please(odd, "build", spelling) == f"{app}\n"
    assert (app / "bin" / module).is_file()
    assert (app / "share" / module / "settings.py").is_file()


@pytest.mark.parametrize("named", NAMES)
def test_they_are_tested(odd: Path, named: tuple[str, str, str, list[str]]) -> None:
    name, _, attribute, spellings = named
    tests = build(f"{attribute}.tests", root=odd)
    assert "3 passed" in (tests / "log").read_text()
    for spelling in (name, *spellings):
        assert please(odd, "build", f"{spelling}.tests") == f"{tests}\n"


def test_they_have_jobs(odd: Path) -> None:
    names = "builtins.attrNames (import ./release.nix { })"
    added = set(evaluate(names, root=odd)) - set(evaluate(names))
    assert added == {attribute for _, _, attribute, _ in NAMES}
    run("nix-instantiate", "release.nix", root=odd)


def test_they_are_live_in_shells(odd: Path) -> None:
    code = (
        "import acme_shop, a_b, shop; from importlib.metadata import files; "
        "print(acme_shop.__file__); print(all(p.locate().is_file() for p in files('acme.shop')))"
    )
    for command in (["shell"], ["shell", "acme.shop"]):
        if len(command) > 1:
            code = code.replace("acme_shop, a_b, shop", "acme_shop")
        printed = please(odd, *command, "--run", f'python -c "{code}"').splitlines()
        assert printed == [f"{odd}/src/acme.shop/acme_shop/__init__.py", "True"]
