"""Members with the shapes of public Flask applications go in as docs/moving-in.md says."""

import json
import shutil
import urllib.request
from pathlib import Path

import pytest
from checkout import append, copy
from service import serving
from toolchain import ROOT, build, run

pytestmark = pytest.mark.builds

MEMBERS = ROOT / "tests/members/moved_in"
# What each answers at its root, and how many of its own tests pass.
ANSWERS = {
    "blog": (b"blog", 1),
    "contest": (
        b'{"packages":["2.1.3","8.1.8"],"themes":["core"],"versions":["0001_first.txt"]}\n',
        1,
    ),
    "echo": (b"echo", 2),
    "journal": (b"journal", 1),
    "meetings": (b'{"title":"meetings"}\n', 2),
    "notes": (b"0", 1),
}


def please(checkout: Path, *arguments: str) -> str:
    """Run a command of ./please, and return its output. Raises NixError if it fails."""
    program = build("please_cli") / "bin/please"
    return run(program, *arguments, variables={"PLEASE_ROOT": str(checkout)}).stdout


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout with all of them in one workspace, locked."""
    checkout = copy(tmp_path_factory.mktemp("moving-in") / "checkout")
    for name in ANSWERS:
        shutil.copytree(MEMBERS / name, checkout / "src" / name)
    append(checkout / "pyproject.toml", "\n[tool.services.resolves.contest]\n")
    please(checkout, "lock")
    return checkout


def test_every_member_is_tried() -> None:
    assert {path.name for path in MEMBERS.iterdir()} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_it_passes_its_tests(moved: Path, name: str) -> None:
    count = ANSWERS[name][1]
    assert please(moved, "test", name).splitlines()[-1] == f"{count} passed, 0 failed"


@pytest.mark.parametrize("name", ANSWERS)
def test_it_answers(moved: Path, name: str, tmp_path: Path) -> None:
    app = build(name, root=moved)
    state = {"STATE_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}
    if name == "notes":
        run(app / "bin/flask", "--app", "notes", "init-db", variables=state)
    with (
        serving(app, name, state) as service,
        urllib.request.urlopen(f"{service.url}/", timeout=60) as response,
    ):
        assert response.read() == ANSWERS[name][0]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("blog", "python -m pytest -q tests.py"),
        ("contest", "python -m pytest -q"),
        ("echo", "python -m pytest -q"),
        ("journal", "pytest -q"),
        ("meetings", "needs run -- pytest -q"),
        ("notes", "pytest -q"),
    ],
)
def test_it_passes_its_tests_in_its_shell(moved: Path, name: str, command: str) -> None:
    inside = f"cd {moved}/src/{name} && {command}"
    assert f"{ANSWERS[name][1]} passed" in please(moved, "shell", name, "--run", inside)


def test_migrations_are_in_the_app(moved: Path) -> None:
    assert (build("blog", root=moved) / "share/blog/migrations/alembic.ini").is_file()


def test_a_service_keeps_the_versions_that_it_brings(moved: Path) -> None:
    packages = json.loads((moved / "nix/lock/python/contest.json").read_text())["packages"]
    assert packages["click"]["version"] == "8.1.8"


def test_what_is_excluded_is_in_no_app(moved: Path) -> None:
    app = build("meetings", root=moved)
    assert list(app.glob("lib/python*/site-packages/meetings/wsgi.py"))
    assert not list(app.glob("lib/python*/site-packages/meetings/client"))
    assert not list(app.glob("lib/python*/site-packages/conftest.py"))
