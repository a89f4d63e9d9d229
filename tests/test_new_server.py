"""docs/needs.md, "Adding a server", done to a copy of the checkout as it is written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import copy
from toolchain import ROOT, NixError, build, environment, evaluate, instantiate, run
from worked_example import do, steps

DOCUMENT = ROOT / "docs/needs.md"
LOCK = "nix/lock/debian/bookworm.json"
FILES = [
    "nix/platform/releases/bookworm.toml",
    "nix/needs/servers/memcached.py",
    "tests/needs/servers/test_memcached.py",
    "docs/needs.md",
]
"""The files that the document writes; with the lock, they are all that a server takes."""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with the server of the document."""
    checkout = copy(tmp_path_factory.mktemp("new-server") / "checkout")
    for step in steps(DOCUMENT):
        do(step, checkout)
    return checkout


@pytest.fixture(scope="module")
def locked(extended: Path) -> Path:
    """The checkout after `./please lock --platform`, with the machine's own mirror."""
    variables = {"PLEASE_ROOT": str(extended)}
    run(build("please_cli") / "bin/please", "lock", "--platform", variables=variables)
    return extended


def succeeds(*command: str | Path, root: Path) -> None:
    result = subprocess.run(
        command, cwd=root, env=environment(), text=True, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def files(root: Path) -> Iterator[tuple[str, bytes]]:
    for parent, _, names in os.walk(root):
        for name in names:
            path = Path(parent, name)
            yield str(path.relative_to(root)), path.read_bytes()


def test_the_document_says_what_to_write() -> None:
    assert [step.path for step in steps(DOCUMENT)] == FILES


def test_it_is_in_our_style(extended: Path) -> None:
    tools = Path(sys.prefix) / "bin"
    succeeds(tools / "ruff", "check", "--no-cache", *FILES[1:3], root=extended)
    succeeds(tools / "ruff", "format", "--no-cache", "--check", *FILES[1:3], root=extended)
    options = ["--strict", "--explicit-package-bases", "--cache-dir=/dev/null"]
    path = {"MYPYPATH": "tests/support:nix"}
    run(tools / "mypy", *options, *FILES[1:3], root=extended, variables=path)


def test_a_server_that_is_not_locked_is_named(checkout: Path) -> None:
    for step in steps(DOCUMENT):
        do(step, checkout)
    with pytest.raises(NixError) as raised:
        instantiate("toolchain.needs.servers.memcached", root=checkout)
    error = f"the component memcached is not in {LOCK}: run ./please lock --platform"
    assert error in str(raised.value)


@pytest.mark.builds
def test_no_other_file_changes(locked: Path, checkout: Path) -> None:
    before = dict(files(checkout))
    changed = {path for path, content in files(locked) if before.get(path) != content}
    assert changed == {*FILES, LOCK}


@pytest.mark.builds
def test_every_place_that_lists_servers_has_it(locked: Path) -> None:
    assert "memcached" in evaluate("(import ./. { }).toolchain.needs.names", root=locked)
    pkgs = "import ./tests/platform/stub.nix { } // { memcached = { isNixpkgs = true; }; }"
    names = f"(import ./. {{ pkgs = {pkgs}; }}).toolchain.needs.names"
    assert "memcached" in evaluate(names, root=locked)


@pytest.mark.builds
def test_it_starts_answers_and_stops(locked: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    others = ["tests/needs/test_catalogue.py", "tests/test_needs.py", "tests/test_expressions.py"]
    succeeds(*command, FILES[2], *others, root=locked)


@pytest.mark.builds
def test_a_service_is_tested_with_it(locked: Path) -> None:
    manifest = locked / "src/tokens/pyproject.toml"
    text = manifest.read_text()
    manifest.write_text(
        text.replace('\nneeds = ["postgresql"]\n', '\nneeds = ["memcached", "postgresql"]\n')
    )
    try:
        source = locked / "src/tokens/tests/test_memcached.py"
        source.write_text(
            "import os\n\n\ndef test_it():\n"
            '    assert os.environ["MEMCACHED_URL"].startswith("memcached://")\n'
        )
        log = (build("tokens.tests", root=locked) / "log").read_text()
        assert "tests/test_memcached.py" in log
    finally:
        manifest.write_text(text)
        source.unlink()
