"""What a member is: nix/workspace.nix and please_cli.workspace say the same of a checkout."""

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toolchain import NixError, build, evaluate, run

pytestmark = pytest.mark.builds

# Fields of a member, in the spelling of both.
FIELDS = ["name", "kind", "directory", "key", "module"]
PYTHON = f"""\
import json, sys
from pathlib import Path
from please_cli import workspace
from please_cli.errors import UserError

try:
    members = workspace.members(Path(sys.argv[1]))
    print(json.dumps({{m.name: {{n: getattr(m, n) for n in {FIELDS}}} for m in members}}))
except UserError as error:
    print(json.dumps(error.message))
"""


def member(root: Path, directory: str, project: str = "") -> Path:
    """Make a member, whose project has the name of its directory unless another is given."""
    path = root / directory
    path.mkdir(parents=True)
    (path / "pyproject.toml").write_text(f'[project]\nname = "{project or path.name}"\n')
    return path


def in_nix(root: Path) -> Any:
    """Return the members as Nix finds them. Raises NixError."""
    fields = " ".join(FIELDS)
    return evaluate(
        f"builtins.mapAttrs (_: member: {{ inherit (member) {fields}; }}) "
        f'(import ./nix/workspace.nix {{ root = /. + "{root}"; }})'
    )


def in_python(root: Path) -> Any:
    """Return the members as the command line tool finds them, or the error's text."""
    python = build("please_cli") / "bin/python"
    return json.loads(run(python, "-c", PYTHON, root).stdout)


def unix_socket(path: Path) -> None:
    """Leave a socket, as servers do."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.relpath(path))
    listening.close()


def test_names(tmp_path: Path) -> None:
    for directory in ("src/treestatus", "src/Shop", "src/a--b", "src/acme.shop", "lib/x_-.Y2"):
        member(tmp_path, directory)
    expected = {
        name: dict(zip(FIELDS, (name, kind, directory, key, module), strict=True))
        for name, kind, directory, key, module in [
            ("treestatus", "service", "src/treestatus", "treestatus", "treestatus"),
            ("Shop", "service", "src/Shop", "shop", "shop"),
            ("a--b", "service", "src/a--b", "a-b", "a_b"),
            ("acme_shop", "service", "src/acme.shop", "acme-shop", "acme_shop"),
            ("x_-_Y2", "library", "lib/x_-.Y2", "x-y2", "x_y2"),
        ]
    }
    assert in_nix(tmp_path) == expected
    assert in_python(tmp_path) == expected


def test_a_project_may_be_spelled_in_another_way(tmp_path: Path) -> None:
    member(tmp_path, "src/acme.shop", project="Acme_Shop")
    assert [*in_nix(tmp_path)] == [*in_python(tmp_path)] == ["acme_shop"]


def test_what_is_not_a_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # for a socket's short path
    member(tmp_path, "src/shop")
    member(tmp_path, "src/.hidden")
    (tmp_path / "src/gone/gone/__pycache__").mkdir(parents=True)
    (tmp_path / "src/notes.txt").touch()
    (tmp_path / "src/dangling").symlink_to("nowhere")
    (tmp_path / "src/linked").symlink_to("gone")
    os.mkfifo(tmp_path / "src/fifo")
    unix_socket(tmp_path / "src/socket")
    assert [*in_nix(tmp_path)] == [*in_python(tmp_path)] == ["shop"]


def test_no_members(tmp_path: Path) -> None:
    assert in_nix(tmp_path) == in_python(tmp_path) == {}


def link(root: Path) -> None:
    """Make a member elsewhere, and a link to it."""
    (root / "src").mkdir()
    (root / "src/shop").symlink_to(member(root, "elsewhere/shop"))


def twins(*directories: str) -> Callable[[Path], None]:
    """Return a function that makes several members."""

    def make(root: Path) -> None:
        for directory in directories:
            member(root, directory)

    return make


def manifest(replace: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return a function that makes a member with something else for a manifest."""

    def make(root: Path) -> None:
        path = member(root, "src/shop") / "pyproject.toml"
        path.unlink()
        replace(path)

    return make


NAME = (
    "the name of a member has letters, digits, -, _ and ., a letter first, and a letter or digit "
    "last (PEP 508)"
)
IRREGULAR = "src/shop/pyproject.toml is not a regular file"


@pytest.mark.parametrize(
    ("make", "error", "hint"),
    [
        (
            link,
            "src/shop is a symbolic link, but a member is a directory of the checkout",
            "put the directory itself there",
        ),
        *(
            (twins(*both), f"{' and '.join(both)} are both the project {key} (PEP 503)", RENAME)
            for RENAME in ["rename one of them"]
            for both, key in [
                (("lib/shop", "src/shop"), "shop"),
                (("src/Shop", "src/shop"), "shop"),
                (("src/acme.shop", "src/acme_shop"), "acme-shop"),
                (("lib/a--b", "src/a-_b", "src/a.b"), "a-b"),
            ]
        ),
        *(
            (twins(f"src/{name}"), f"src/{name}: {NAME}", "rename the directory")
            for name in ["my shop", "shöp", "2fa", "shop-", "_shop", "a+b", "$(id)"]
        ),
        (
            twins("src/toolchain"),
            "src/toolchain: a member cannot be named toolchain, which is an attribute of "
            "default.nix",
            "rename the directory",
        ),
        (manifest(Path.mkdir), IRREGULAR, "put the manifest itself there"),
        (manifest(os.mkfifo), IRREGULAR, "put the manifest itself there"),
        (
            manifest(lambda path: path.symlink_to("../../pyproject.toml")),
            IRREGULAR,
            "put the manifest itself there",
        ),
    ],
)
def test_what_cannot_be_a_member(
    tmp_path: Path, make: Callable[[Path], None], error: str, hint: str
) -> None:
    make(tmp_path)
    with pytest.raises(NixError) as raised:
        in_nix(tmp_path)
    # Each side has the punctuation of its own errors.
    assert error in str(raised.value)
    assert f": {hint}" in str(raised.value)
    message = in_python(tmp_path)
    assert error in message
    assert message.endswith(f"; {hint}")


@pytest.mark.parametrize("parent", ["src", "lib"])
def test_a_member_without_settings_of_pytest_has_none(checkout: Path, parent: str) -> None:
    test = checkout / parent / "plain/test_plain.py"
    test.parent.mkdir()
    text = "import warnings\n\ndef test_plain():\n    warnings.warn('old', stacklevel=1)\n"
    test.write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for directory, arguments in ((test.parent, []), (checkout, [str(test)])):
        assert "1 passed" in run(*command, *arguments, root=directory).stdout
