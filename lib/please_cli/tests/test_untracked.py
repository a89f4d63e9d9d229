"""Warnings about files that git and builds see differently, with git itself."""

import shutil
import subprocess
from pathlib import Path

import pytest
from please_cli.untracked import warnings

SECRET = (
    "warning: {} looks like a secret, and git does not track it: a build may copy it to the store, "
    "which every user of this machine can read. Name it in .gitignore, or move it out of the "
    "checkout"
)
LEFT_OUT = (
    "warning: no build has {}, which git tracks: a .gitignore names them, or they are files that "
    "tools leave behind. Take them back with a line that begins with ! in that .gitignore, or "
    "rename them"
)

with_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to ask")


def git(where: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *arguments], cwd=where, check=True, capture_output=True)


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def repository(where: Path, *names: str) -> Path:
    """Make a repository that tracks some files."""
    write(where, *names)
    git(where, "init", "-q")
    git(where, "add", "-f", "--", *names)
    git(where, "commit", "-qm", "Begin")
    return where


def test_a_checkout_that_is_not_git_s(tmp_path: Path) -> None:
    write(tmp_path, "src/prod.env")
    assert list(warnings(tmp_path)) == []


@with_git
def test_secrets_that_git_does_not_track(tmp_path: Path) -> None:
    repository(tmp_path, "src/a/known.env", "lib/b/known.pem")
    write(tmp_path, "src/a/new.env", "lib/b/new.pem", "src/a/old.env", "new.env", "src/a/x.py")
    (tmp_path / ".gitignore").write_text("old.env\n")
    assert list(warnings(tmp_path)) == [
        SECRET.format("lib/b/new.pem"),
        SECRET.format("src/a/new.env"),
    ]


@with_git
@pytest.mark.parametrize("is_submodule", [False, True])
def test_a_repository_inside_of_the_checkout(tmp_path: Path, is_submodule: bool) -> None:
    root = repository(tmp_path / "checkout", "src/a/x.py")
    shop = repository(tmp_path / "shop", "shop/x.py", "shop/known.env", "static/lib/a.js")
    if is_submodule:
        local = ["-c", "protocol.file.allow=always"]
        git(root, *local, "submodule", "add", "-q", str(shop), "src/shop")
        git(root, "commit", "-qm", "Add shop")
    else:
        git(root, "clone", "-q", str(shop), "src/shop")
    theme = repository(root / "src/shop/theme", "theme.css")
    write(root, "src/shop/prod.env", "src/shop/shop/id_rsa", "src/shop/gone.env", "src/b/.env")
    write(theme, "auth.pem")
    (root / "src/shop/.gitignore").write_text("gone.env\nlib/\n")
    assert list(warnings(root)) == [
        SECRET.format("src/b/.env"),
        SECRET.format("src/shop/prod.env"),
        SECRET.format("src/shop/shop/id_rsa"),
        LEFT_OUT.format("src/shop/static/lib/a.js"),
        SECRET.format("src/shop/theme/auth.pem"),
    ]


@with_git
def test_a_checkout_inside_of_a_repository(tmp_path: Path) -> None:
    repository(tmp_path, "README", "work/src/a/x.py")
    write(tmp_path, "work/src/a/.env", "src/a/.env")
    assert list(warnings(tmp_path / "work")) == [SECRET.format("src/a/.env")]


@with_git
def test_tracked_files_that_no_build_has(tmp_path: Path) -> None:
    litter = ["src/a/x.py~", "src/a/build/lib/x.py", "src/a/a.egg-info/PKG-INFO"]
    repository(tmp_path, "src/a/static/lib/x.js", "src/a/x.py", "tool/lib/x", "lib/b/x.mo", *litter)
    (tmp_path / "src/a/.gitignore").write_text("lib/\n")
    (tmp_path / ".gitignore").write_text("*.mo\n")
    named = ["lib/b/x.mo", *sorted([*litter, "src/a/static/lib/x.js"])]
    assert list(warnings(tmp_path)) == [LEFT_OUT.format(", ".join(named))]


@with_git
def test_one_line_names_a_few_files(tmp_path: Path) -> None:
    repository(tmp_path, *(f"src/a/x{number:02}.mo" for number in range(25)))
    (tmp_path / ".gitignore").write_text("*.mo\n")
    (line,) = warnings(tmp_path)
    assert "x09.mo and 15 more, which git tracks" in line
    assert "x10.mo" not in line


@with_git
def test_a_git_that_fails(tmp_path: Path) -> None:
    repository(tmp_path, "src/a/x.py")
    (tmp_path / ".git/index").write_bytes(b"broken")
    (line,) = warnings(tmp_path)
    assert line.startswith(
        "warning: git does not say which files in lib/ and src/ it tracks, so nothing here warns "
        "of secrets among the others: "
    )
    assert "index file smaller than expected" in line


def test_a_checkout_of_git_s_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/a/x.py", ".git/HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    (line,) = warnings(tmp_path)
    assert line.endswith("there is no git on PATH. Install it")


@with_git
def test_names_that_no_terminal_shows(tmp_path: Path) -> None:
    repository(tmp_path, "src/a/x.py")
    write(tmp_path, "src/a/b\n.env", "src/a/\udcff.env", "src/a/ünï.env")
    assert list(warnings(tmp_path)) == [
        SECRET.format(name) for name in (r"'src/a/b\n.env'", "src/a/ünï.env", r"'src/a/\udcff.env'")
    ]
