"""One style for all files, and nothing in them that belongs to one machine."""

import fnmatch
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import IGNORED
from packaging.utils import canonicalize_name
from toolchain import ROOT, build, environment, run

TOOLS = Path(sys.prefix) / "bin"
STEPS = sorted(path for path in (ROOT / "nix").rglob("*.py"))
NIX_FILES = sorted(path for path in ROOT.rglob("*.nix") if "/." not in str(path.relative_to(ROOT)))
LONGEST_NIX_LINE = 160
HELPERS = ("tests/support", "lib/serving/tests/support")
MEMBERS = sorted(
    str(manifest.parent.relative_to(ROOT))
    for parent in ("lib", "src")
    for manifest in ROOT.glob(f"{parent}/[!.]*/pyproject.toml")
)


def sources() -> Iterator[Path]:
    """Yield the files of the checkout, without what tools leave behind."""
    for parent, directories, files in os.walk(ROOT):
        directories[:] = [name for name in directories if not ignored(name)]
        yield from (Path(parent, name) for name in files if not ignored(name))


def ignored(name: str) -> bool:
    """Tell whether a file or directory of this name is none of the repository's."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in IGNORED)


def relative(path: Path) -> str:
    """Return a path as the checkout has it."""
    return str(path.relative_to(ROOT))


def succeeds(*command: str | Path, path: str = "") -> None:
    """Assert that a tool finds nothing; path is where mypy finds modules."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=environment({"MYPYPATH": path}),
        text=True,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_finds_nothing() -> None:
    succeeds(TOOLS / "ruff", "check", "--no-cache", ".")


def test_python_is_formatted() -> None:
    succeeds(TOOLS / "ruff", "format", "--no-cache", "--check", ".")


def test_types_of_the_toolchain(tmp_path: Path) -> None:
    helpers = "tests/support:lib/backend_common/tests/support"
    modules = f"{helpers}:nix:nix/python:nix/python/steps:nix/platform:nix/platform/debian"
    options = ["--strict", "--explicit-package-bases", f"--cache-dir={tmp_path}"]
    # See below: they import what members do.
    options += ["--exclude=^tests/soak/", "--exclude=^tests/from_connexion/"]
    options += ["--exclude=^tests/members/"]
    succeeds(TOOLS / "mypy", *options, "nix", "tests", path=modules)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The option with a cache of mypy's, which what members have in common is read once for."""
    return f"--cache-dir={tmp_path_factory.mktemp('mypy')}"


def resolve(member: str) -> str:
    """Return the resolve of a member, as the lock has it."""
    name = canonicalize_name(Path(member).name)
    locked = json.loads((ROOT / f"nix/lock/members/{name}.json").read_text())["resolves"]
    return "default" if "default" in locked else min(locked)


@pytest.mark.builds
@pytest.mark.parametrize(
    ("resolve", "arguments"),
    [
        *((resolve(member), [member]) for member in MEMBERS),
        ("tools", ["bench", "--exclude", "bench/subjects"]),
        ("default", ["bench/subjects"]),
        ("default", ["tests/soak"]),
        ("default", ["tests/from_connexion"]),
    ],
)
def test_types(resolve: str, arguments: list[str], cache: str) -> None:
    mypy = build(f"toolchain.shells.{resolve}.environment") / "bin/mypy"
    succeeds(mypy, "--strict", cache, *arguments, path=":".join([*MEMBERS, *HELPERS]))


def test_there_are_members_to_check() -> None:
    assert MEMBERS


@pytest.mark.parametrize("step", STEPS, ids=relative)
def test_every_build_step_has_its_tests(step: Path) -> None:
    folder = step.parent.relative_to(ROOT / "nix")
    assert (ROOT / "tests" / folder / f"test_{step.name}").is_file()


def test_nix_parses() -> None:
    run("nix-instantiate", "--parse", *NIX_FILES)


@pytest.mark.parametrize("file", NIX_FILES, ids=relative)
def test_nix_is_laid_out(file: Path) -> None:
    text = file.read_text()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{relative(file)}:{number}"
        assert "\t" not in line, f"{where}: a tab"
        assert line == line.rstrip(), f"{where}: a blank at the end"
        assert len(line) <= LONGEST_NIX_LINE, f"{where}: longer than {LONGEST_NIX_LINE}"
        indent = len(line) - len(line.lstrip())
        assert indent % 2 == 0, f"{where}: not indented by a multiple of two"


# `inherit` from a call, and the names that it takes.
INHERIT_FROM_CALL = re.compile(r"\binherit \((?!builtins\))([^;]*\s[^;]*)\)([^();]*);")


@pytest.mark.parametrize("file", NIX_FILES, ids=relative)
def test_nix_inherits_several_attributes_from_a_name_alone(file: Path) -> None:
    """Nix evaluates the source of an `inherit` once for each attribute, and a call is not free."""
    for source, names in INHERIT_FROM_CALL.findall(file.read_text()):
        assert len(names.split()) < 2, f"{relative(file)}: name the value of ({source}) first"


# A version of Python in a name, as in python3.11, cp311 and py311, or as a tuple.
VERSIONED = re.compile(r"\b(?:python|cp|py)3\.?1\d|\(3, 1\d\)", re.IGNORECASE)
# What may name one besides the platform: the lock, tests, documents and manifests.
MANIFESTS = re.compile(r"nix/lock/|docs/|(.*/)?tests/|.*\.md$|(.*/)?(pyproject\.toml|setup\.py)$")


RELEASES = ROOT / "nix/platform/releases"


def test_the_platform_alone_names_a_version_of_python() -> None:
    files = [path for path in sources() if not MANIFESTS.match(relative(path))]
    found = {relative(path) for path in files if VERSIONED.search(path.read_text(errors="replace"))}
    assert found == {str(path.relative_to(ROOT)) for path in RELEASES.glob("*.toml")}


def registries() -> set[str]:
    """Return the hosts that this machine's pip and apt take packages from."""
    pip = build("toolchain.platform.pip")
    code = (
        "from pip._internal.models.index import PyPI as p; print(p.netloc, p.file_storage_domain)"
    )
    names = run(TOOLS / "python", "-c", code, variables={"PYTHONPATH": str(pip)}).stdout.split()
    apt = Path("/etc/apt")
    files = [apt / "sources.list", *apt.glob("sources.list.d/*"), Path("/etc/pip.conf")]
    texts = [file.read_text() for file in files if file.is_file()]
    texts += [value for name, value in os.environ.items() if name.startswith("PIP_")]
    for text in texts:
        names += re.findall(r"https?://(?:[^/@\s]*@)?([^/:\s]+)", text)
    return {name for name in names if "." in name and name != "127.0.0.1"}


@pytest.mark.builds
def test_no_registry_is_named() -> None:
    hosts = registries()
    assert hosts
    named = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, hosts))})(?![\w-])")
    for file in sources():
        found = named.search(file.read_bytes().decode(errors="replace"))
        assert not found, f"{relative(file)} names the registry {found[0] if found else ''}"
