"""Members of every build backend and layout have in an app, and live, what their wheels have."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import checkout as copies
import pytest
from checkout import append, edit
from toolchain import ROOT, build, build_error, environment, run, would_build

pytestmark = pytest.mark.builds

MEMBERS = ROOT / "tests/members/backends"
# Their packages are both called `app`.
SAME_PACKAGE = ROOT / "tests/members/same_package"

# What `pip wheel` makes of each, without metadata.
FILES = {
    "only_poetry": {"only_poetry/__init__.py", "only_poetry/flask.py"},
    "with_flit": {"with_flit/__init__.py", "with_flit/flask.py", "with_flit/static/run.sh"},
    "with_hatchling": {
        "with_hatchling/.well-known/security.txt",
        "with_hatchling/__init__.py",
        "with_hatchling/flask.py",
    },
    "with_hook": {
        "hook_config.py",
        "hook_tools/__init__.py",
        "with_hook/__init__.py",
        "with_hook/data/run.sh",
        "with_hook/flask.py",
        "with_hook/generated.py",
    },
    "with_pdm": {"with_pdm/.env.default", "with_pdm/__init__.py", "with_pdm/flask.py"},
    "with_poetry": {
        "poetry_tools/__init__.py",
        "with_poetry/__init__.py",
        "with_poetry/flask.py",
    },
    "with_uv": {"with_uv/__init__.py", "with_uv/flask.py"},
}
# All of these have it, from different places: a file, a module, or the manifest itself.
VERSION = "1.2.3"


def lock(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = environment() | {"PLEASE_ROOT": str(root)}
    return subprocess.run(
        [please, "lock", *arguments], env=variables, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A checkout with the members, and what `please lock` said."""
    root = copies.copy(tmp_path_factory.mktemp("members") / "checkout")
    for name in FILES:
        shutil.copytree(MEMBERS / name, root / "src" / name)
    for path in SAME_PACKAGE.iterdir():
        shutil.copytree(path, root / "src" / path.name)
    done = lock(root)
    assert done.returncode == 0, done.stderr
    return root, done.stdout


@pytest.fixture
def root(locked: tuple[Path, str]) -> Path:
    return locked[0]


def test_every_member_has_a_test() -> None:
    assert {path.name for path in MEMBERS.iterdir()} == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_an_app_has_what_the_wheel_has(root: Path, name: str) -> None:
    app = build(name, root=root)
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    printed = run(app / "bin/python", "-c", f"import {name}.flask; {code}", name).stdout
    assert printed == f"{VERSION}\n"
    (site,) = app.glob("lib/python*/site-packages")
    code = f"import importlib.metadata as m; print(*m.files('{name}'), sep='\\n')"
    listed = run(app / "bin/python", "-c", code).stdout.splitlines()
    assert {path for path in listed if not re.match(r"[^/]*\.dist-info/|\.\.", path)} == FILES[name]
    assert all((site / path).is_file() for path in FILES[name])
    assert (app / "share" / name / "settings.py").is_file()


def test_an_extra_has_what_several_extras_ask_for(root: Path) -> None:
    entry = json.loads((root / "nix/lock/members/only-poetry.json").read_text())
    assert entry["declares"] == {
        "requires": ["flask>=3.1"],
        "extras": {"all": ["itsdangerous>=2"], "signed": ["itsdangerous>=2"]},
        "groups": {"dev": ["pytest"]},
    }


def test_tests_whose_pytest_is_in_another_group(root: Path) -> None:
    assert (
        "error: src/only_poetry has no pytest for its tests, only in the dependency group dev: "
        'write groups = ["dev"] in [tool.services.tests] of its pyproject.toml'
    ) in build_error("only_poetry.tests", root=root)


def test_data_may_be_executable(root: Path) -> None:
    for name, path in {"with_flit": "static/run.sh", "with_hook": "data/run.sh"}.items():
        (file,) = build(name, root=root).glob(f"lib/python*/site-packages/{name}/{path}")
        assert file.stat().st_mode & 0o111


def test_a_file_that_reaches_no_app_is_named(locked: tuple[Path, str]) -> None:
    assert (
        "note: no app has these files of src/with_hook, which are not in its wheel: "
        "with_hook/notes.txt; if it needs them, add them to what its pyproject.toml packages\n"
    ) in locked[1]


def test_a_relock_changes_nothing(root: Path) -> None:
    done = lock(root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "nix/lock: up to date"


def shell(root: Path, name: str, command: str) -> str:
    """Run a command in a development shell, and return its output."""
    bash = build("toolchain.platform.bash") / "bin/bash"
    entered = ["nix-shell", "-A", name, "--run", command]
    return run(*entered, root=root, variables={"NIX_BUILD_SHELL": str(bash)}).stdout.strip()


@pytest.mark.parametrize("name", FILES)
def test_code_is_live_in_a_shell(root: Path, name: str) -> None:
    (package,) = (path.parent for path in (root / "src" / name).rglob(f"{name}/__init__.py"))
    command = f"python -c 'import {name}.flask as f, os; print(os.path.realpath(f.__file__))'"
    # The edit comes while the shell is there.
    printed = shell(
        root,
        name,
        f"{command}; echo EDITED = 42 >> {package}/flask.py; "
        f"python -c 'import {name}.flask as f; print(f.EDITED)'",
    )
    assert printed.splitlines() == [f"{package}/flask.py", "42"]


def test_a_shell_has_what_a_backend_made(root: Path) -> None:
    command = "python -c 'import with_hook.generated as g, hook_config; print(g.ANSWER)'"
    assert shell(root, "with_hook", command) == "42"


ANSWER = "import app; print(app.create_app().test_client().get('/').text)"


@pytest.mark.parametrize("which", ["one", "two"])
def test_services_whose_packages_have_one_name_coexist(root: Path, which: str) -> None:
    name = f"app_{which}"
    assert json.loads((root / f"nix/lock/members/app-{which}.json").read_text())["plain"]
    app = build(name, root=root)
    assert run(app / "bin/python", "-c", ANSWER).stdout == f"{which}\n"
    assert (app / "bin" / name).is_file()
    assert shell(root, name, f'python -c "{ANSWER}"') == which


def test_an_edit_builds_the_wheel_and_the_app(root: Path) -> None:
    build("with_uv", root=root)
    append(root / "src/with_uv/src/with_uv/__init__.py", "\n# An edit.\n")
    built = ["with-uv-check", "with-uv-wheel", "with_uv"]
    assert would_build("with_uv", root=root) == built


def test_dynamic_metadata_that_the_lock_does_not_know(root: Path) -> None:
    requirements = root / "src/with_hook/requirements.in"
    before = requirements.read_text()
    append(requirements, "cobol>=4\n")
    try:
        assert (
            "error: nix/lock/members/with-hook.json is older than src/with_hook: it does not know "
            "cobol>=4. Run ./please lock."
        ) in build_error("with_hook", root=root)
    finally:
        requirements.write_text(before)


def test_another_build_requirement_than_the_lock_has(root: Path) -> None:
    manifest = root / "src/with_pdm/pyproject.toml"
    edit(manifest, '"pdm-backend"', '"pdm-backend>=2"')
    try:
        assert (
            "error: nix/lock/members/with-pdm.json is older than src/with_pdm: it has it built "
            "with pdm-backend, not pdm-backend>=2. Run ./please lock."
        ) in build_error("with_pdm", root=root)
    finally:
        edit(manifest, '"pdm-backend>=2"', '"pdm-backend"')
