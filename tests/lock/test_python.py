"""`please lock` over the real workspace, with the machine's own package index."""

import platform
import re
import subprocess
from pathlib import Path

import pytest
from checkout import edit
from toolchain import build, build_error, environment, evaluate, run

pytestmark = pytest.mark.builds

LOCK = Path("nix/lock/python/default.json")
TOOLS = LOCK.with_name("tools.json")


def lock(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(checkout)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


def content(checkout: Path) -> dict[Path, bytes]:
    """Return the files of the lock."""
    return {path: path.read_bytes() for path in (checkout / "nix/lock").rglob("*.json")}


def test_a_relock_changes_nothing(checkout: Path) -> None:
    before = content(checkout)
    done = lock(checkout)
    assert (done.returncode, done.stdout) == (0, "nix/lock: up to date\n"), done.stderr
    assert content(checkout) == before


def test_a_new_requirement_moves_nothing_else(checkout: Path) -> None:
    manifest = checkout / "src/tokens/pyproject.toml"
    edit(manifest, "dependencies = [", 'dependencies = [\n  "toposort",')
    assert lock(checkout, "--check").returncode == 1
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("+ toposort ")
    assert rest == [
        f"{LOCK}: 1 package changed",
        first,
        "nix/lock/python/next.json: 1 package changed",
        "nix/lock/members/tokens.json: no version changed, only metadata",
    ]


def require(checkout: Path, *requirements: str) -> None:
    """Let tokens require some more packages."""
    lines = "".join(f'\n  "{requirement}",' for requirement in requirements)
    edit(checkout / "src/tokens/pyproject.toml", "dependencies = [", f"dependencies = [{lines}")


def runs(checkout: Path, code: str) -> str:
    """Build tokens, and return what its Python prints."""
    python = build("tokens", root=checkout) / "bin/python"
    return subprocess.check_output([python, "-c", code], text=True).strip()


# Its dependency soupsieve has versions that need a later release of Python 3.11.
def test_a_package_that_depends_on_the_release_of_python(checkout: Path) -> None:
    require(checkout, "beautifulsoup4")
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    assert runs(checkout, "import bs4; print(bs4.BeautifulSoup('<p>x').p.text)") == "x"


def test_a_version_for_each_system(checkout: Path) -> None:
    versions = {"x86_64": "1.9", "aarch64": "1.10"}
    require(
        checkout,
        *(
            f"toposort=={version}; platform_machine == '{machine}'"
            for machine, version in versions.items()
        ),
    )
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "+ toposort 1.10/1.9"
    found = runs(checkout, "import importlib.metadata as m; print(m.version('toposort'))")
    assert found == versions[platform.machine()]
    assert lock(checkout, "--check").returncode == 0


def test_a_service_is_not_bound_by_the_tools(checkout: Path) -> None:
    before = (checkout / TOOLS).read_bytes()
    require(checkout, "pytest<9", "packaging<26")
    done = lock(checkout)
    assert done.returncode == 0, done.stderr
    assert "  pytest 9" in done.stdout
    assert "  packaging 26" in done.stdout
    assert (checkout / TOOLS).read_bytes() == before
    assert runs(checkout, "import pytest; print(pytest.__version__)").startswith("8.")


RESOLVES = ["default", "tools"]


def members(app: Path) -> set[str]:
    """Return the store paths of an app that have the code of members."""
    closure = run("nix-store", "--query", "--requisites", app).stdout.split()
    return {path for path in closure if re.search("-(backend-common|serving|tokens)-[a-z]+$", path)}


def test_a_library_is_a_guest_where_it_is_required(checkout: Path) -> None:
    edit(
        checkout / "src/tokens/pyproject.toml",
        'resolves = ["default", "next"]',
        'resolves = ["default", "tools"]',
    )
    assert lock(checkout).returncode == 0
    assert build("tokens.resolves.default", root=checkout) == build("tokens", root=checkout)
    default, tools = (members(build(f"tokens.resolves.{it}", root=checkout)) for it in RESOLVES)
    assert default == tools, "versions of packages may differ, and members do not"
    jobs = "(import ./release.nix { })"
    found = set(evaluate(f"builtins.attrNames {jobs}.tokens.resolves.tools", root=checkout))
    assert {"app", "shell", "tests"} <= found
    build("backend_common.resolves.tools", root=checkout)
    guest = f"{jobs}.backend_common.resolves.tools"
    found = set(evaluate(f"builtins.attrNames {guest}", root=checkout))
    assert (found & {"package", "extras", "tests"}) == {"package", "extras"}
    assert evaluate(f"builtins.attrNames {guest}.extras", root=checkout) == [
        "api",
        "auth",
        "db",
        "log",
    ]
    assert evaluate(f"builtins.attrNames {guest}.extras.log", root=checkout) == ["package"]
    assert (
        "lib/backend_common has no tests in the resolve tools, which its pyproject.toml does not "
        "name: build backend_common.tests, or add it to `resolves` in [tool.services] and run "
        "./please lock"
    ) in build_error("backend_common.resolves.tools.tests", root=checkout)


def test_a_conflict_leaves_the_lock_alone(checkout: Path) -> None:
    before = content(checkout)
    edit(
        checkout / "src/tokens/pyproject.toml", "dependencies = [", 'dependencies = [\n  "flask<3",'
    )
    done = lock(checkout)
    assert done.returncode == 1
    assert (
        "error: the resolve default: no versions satisfy the requirements of src/tokens; change "
        "one of those that uv names below"
    ) in done.stderr
    assert content(checkout) == before
