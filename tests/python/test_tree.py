"""The files of a member are those that git would track: compared with git itself."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from toolchain import ROOT, build, evaluate, run

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to ask")

FUZZ = int(os.environ.get("GITIGNORE_FUZZ", "12"))
"""How many random sets of rules are tried."""

IGNORE = r"""# A comment
\#hash
*.log
!keep.log
/top.txt
src/m/anchored
foo/
doc/*.txt
**/deep
abc/**
a/**/b
*.py[cod]
[a-c]x?
[!a-c]y
[^d-f]z
trail\x20\x20
esc\\x20
\!bang
q\*r
[]]w
[a-]v
[[:digit:]]u
mid**dle
***/s
x[
[z-a]k
/src/m/only/
t[\]]t
t[\\]s
[+--]p
nul\
ws[^]]q
*$py.class
.env
build/
/**/lead
two//x
/
dir.d/*
!dir.d/keep
""".replace("\\x20", " ")
RULES = {
    "": IGNORE,
    "src/m": "local*\n!localkeep\n/sub/inner\n*.tmp\n",
    "src/m/sub": "!inner2\n*.tmp\n!x.tmp\n",
}
NAMES = r"""
#hash a.log keep.log top.txt anchored foo/a x/foo sub/foo/a doc/a.txt doc/b/c.txt deep/f q/deep/f
deepx abc/f abc/d/f q/abc/f a/b a/x/b a/x/y/b q/a/b m.py m.pyd axb bxx dxq ay dy ey bz dz zz trail
esc !bang q*r qar ]w [w av -v bv 1u xu middle midXdle mid/x/dle s q/s x[ xa mk only/f sub/only/f
t]t ta t\s +p -p ,p nul nul\ wsaq ws]q Foo$py.class .env .env.default .well-known/x build/other
sub/build/x lead sub/lead two/x dir.d/keep dir.d/drop localx localkeep sub/localx sub/inner
sub/inner2 x.tmp sub/x.tmp sub/y.tmp café.log café.txt
"""


def write(root: Path, rules: Mapping[str, str], files: Iterable[str]) -> None:
    """Make a repository of git's with a member, src/m, that has these files."""
    (root / "src/m").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", root], check=True)
    for name in files:
        path = root / "src/m" / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError:  # a file of that name is a directory already
            continue
    for directory, text in rules.items():
        if (root / directory).is_dir():
            (root / directory / ".gitignore").write_text(text)


def tracked(root: Path) -> set[str]:
    """Return what git would track of the member."""
    command = ["git", "ls-files", "-coz", "--exclude-per-directory=.gitignore", "."]
    printed = subprocess.run(command, cwd=root / "src/m", check=True, capture_output=True).stdout
    return {os.fsdecode(name) for name in printed.split(b"\0") if name}


def found(root: Path) -> set[str]:
    """Return the files that a build would have."""
    expression = f'import {ROOT}/nix/python/tree.nix {{ root = {root}; }} "src/m" (_: _: true)'
    return {name for name, type_ in evaluate(expression).items() if type_ != "directory"}


def test_rules_of_every_kind(tmp_path: Path) -> None:
    write(tmp_path, RULES, NAMES.split())
    # A rule for a directory does not mean a link.
    (tmp_path / "src/m/sub/only").rename(tmp_path / "src/m/elsewhere")
    (tmp_path / "src/m/sub/foo").rename(tmp_path / "src/m/sub/bar")
    (tmp_path / "src/m/sub/foo").symlink_to("bar")
    assert found(tmp_path) == tracked(tmp_path)
    assert len(tracked(tmp_path)) > 40


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r", "\r\n"])
def test_files_of_editors_of_other_systems(tmp_path: Path, mark: str, end: str, last: str) -> None:
    lines = ["*.pem", "", "# keys", "*.key  ", "!keep.key", "/top", "foo/", "sp\\ ", "[ab]x", "env"]
    text = (mark + end.join(lines) + last).encode()
    files = ["a.pem", "d/b.pem", "a.key", "keep.key", "top", "d/top", "foo/a", "d/foo/a", "sp "]
    files += ["ax", "env", "d/env", "plain", "crlf.pem\r", "env\r"]
    write(tmp_path, {}, files)
    (tmp_path / ".gitignore").write_bytes(text)
    (tmp_path / "src/m/d/.gitignore").write_bytes(b"\xef\xbb\xbf!top\r\nplain\r\n")
    assert found(tmp_path) == tracked(tmp_path)
    assert "plain" in tracked(tmp_path)


def test_ranges_that_run_backwards(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"": "[z-a]k\nq[9-0]\nr[!z-a]\n"},
        ["zk", "ak", "mk", "q9", "q0", "q5", "rz", "ra"],
    )
    assert found(tmp_path) == tracked(tmp_path) == {"ak", "mk", "q0", "q5", "rz"}


@pytest.mark.parametrize("seed", range(FUZZ))
def test_random_rules(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    words = ["a", "b", ".", "x", "-", "*", "?", "**", "/", "/", "[ab]", "[!a]", "[a-x]", "[^]x]"]
    words += ["[]]", "\\a", "a*", "*.x", "[", "]", "[b-]"]

    def rule() -> str:
        text = "".join(chance.choice(words) for _ in range(chance.randint(1, 5)))
        return chance.choice(["", "", "", "!"]) + text + chance.choice(["", "", "", "/"])

    def name() -> str:
        return "".join(chance.choice("aab.x-]^") for _ in range(chance.randint(1, 3)))

    files = ["/".join(name() for _ in range(chance.randint(1, 3))) for _ in range(60)]
    rules = {
        directory: "\n".join(rule() for _ in range(chance.randint(0, 5))) + "\n"
        for directory in ("src/m", "src/m/a")
    }
    inside = [file for file in files if not {".", ".."} & {*file.split("/")}]
    write(tmp_path, rules, inside)
    assert found(tmp_path) == tracked(tmp_path), json.dumps(rules)


LITTER = [
    "m.egg-info/SOURCES.txt", "m/__pycache__/a.py", "m/a.pyc", "m/a.py~", "m/.#a.py", "m/.a.py.swp",
    "build/lib/m/a.py", "build/lib.linux-x86_64/m/a.so", "build/bdist.linux-x86_64/x",
]  # fmt: skip
KEPT = ["m/a.py", "m/.hidden", "build/tool.py", "build/library/m.py", "m/build/lib/a.py"]


def test_what_tools_leave_is_not_part_of_a_member(tmp_path: Path) -> None:
    write(tmp_path, {}, [*KEPT, *LITTER])
    assert found(tmp_path) == {*KEPT}


@pytest.mark.builds
def test_please_warns_of_what_is_left_out_and_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, {}, [*KEPT, *LITTER])
    subprocess.run(["git", "add", "--force", "."], cwd=tmp_path, check=True)
    code = (
        "import pathlib, sys; from please_cli import untracked; "
        "print(*untracked.warnings(pathlib.Path(sys.argv[1])))"
    )
    printed = run(build("please_cli") / "bin/python", "-c", code, tmp_path).stdout
    names = ", ".join(sorted(f"src/m/{name}" for name in LITTER))
    assert printed.startswith(f"warning: no build has {names}, which git tracks: ")


def test_directories_without_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"": "*.log\n"}, ["m/a.py", "gone/__pycache__/a.pyc", "logs/a.log"])
    (tmp_path / "src/m/empty").mkdir()
    expression = f'import {ROOT}/nix/python/tree.nix {{ root = {tmp_path}; }} "src/m" (_: _: true)'
    assert evaluate(expression) == {"m": "directory", "m/a.py": "regular"}


def test_sockets_and_fifos_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {}, ["m/a.py"])
    os.mkfifo(tmp_path / "src/m/m/queue")
    assert found(tmp_path) == {"m/a.py"}
