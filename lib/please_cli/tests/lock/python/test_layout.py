import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.python import layout
from please_cli.lock.python.layout import Lock

Write = Callable[..., Path]

MEMBER: dict[str, Any] = {
    "version": "1.0",
    "directory": "src/door",
    "metadata": {"door.dist-info/METADATA": ""},
    "resolves": {},
}
LOCK = Lock({"default": {"packages": {"flask": {"version": "3.1"}}}}, {"door": MEMBER})


def store(root: Path, lock: Lock) -> None:
    for file, content in lock.files().items():
        document.write({root / file.path: document.render(content, file.levels)})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store(tmp_path, LOCK)
    assert (tmp_path / "nix/lock/python/default.json").is_file()
    assert (tmp_path / "nix/lock/members/door.json").is_file()
    assert layout.read(tmp_path, ["default"]) == LOCK
    assert layout.obsolete(tmp_path, LOCK) == []


def test_no_lock_yet(tmp_path: Path) -> None:
    assert layout.read(tmp_path, ["default"]) == Lock()


def test_versions_by_file() -> None:
    forked = {"systems": {"a": {"version": "1"}, "b": {"version": "2"}}}
    lock = Lock({"default": {"packages": {"brush": forked}}}, {"door": MEMBER})
    found = {file.path: dict(file.versions(content)) for file, content in lock.files().items()}
    assert found == {
        "nix/lock/python/default.json": {"brush": "1/2"},
        "nix/lock/members/door.json": {"door": "1.0"},
    }


def test_what_is_no_longer_needed(tmp_path: Path, write: Write) -> None:
    store(tmp_path, Lock({**LOCK.resolves, "old": {"packages": {}}}, {**LOCK.members, "x": MEMBER}))
    write(tmp_path / "nix/lock/python.json", "{}")
    assert layout.obsolete(tmp_path, LOCK) == [
        "nix/lock/python/old.json", "nix/lock/members/x.json", "nix/lock/python.json",
    ]  # fmt: skip


OLD = {
    "packages": {
        "flask": {"version": "3.1", "requires": []},
        "door": {"version": "1.0", "local": "src/door"},
    }
}


def test_the_versions_of_a_lock_in_one_file(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "nix/lock/python.json", json.dumps(OLD))
    flask = {"packages": {"flask": {"version": "3.1", "requires": []}}}
    expected = Lock({"default": flask, "tools": flask})
    assert layout.read(tmp_path, ["default", "tools"]) == expected
    store(tmp_path, LOCK)
    assert layout.read(tmp_path, ["default", "tools"]) == LOCK


SHAPE = "its entries have another shape"


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("nix/lock/python/default.json", '{"packages": []}', SHAPE),
        (
            "nix/lock/python/default.json",
            '{"packages": {"a": {}}}',
            "the package 'a': `version` is not a version (PEP 440)",
        ),
        ("nix/lock/python/default.json", "[]", SHAPE),
        ("nix/lock/members/door.json", '{"version": "1.0"}', SHAPE),
        ("nix/lock/members/door.json", json.dumps(MEMBER | {"metadata": {}}), SHAPE),
        (
            "nix/lock/members/door.json",
            json.dumps(MEMBER | {"resolves": []}),
            "`resolves` is not a table",
        ),
        ("nix/lock/python.json", '{"packages": {"a": 1}}', SHAPE),
    ],
)
def test_a_lock_of_another_shape(
    tmp_path: Path, write: Write, path: str, text: str, why: str
) -> None:
    write(tmp_path / path, text)
    with pytest.raises(UserError) as caught:
        layout.read(tmp_path, ["default"])
    assert caught.value.message == (
        f"{tmp_path / path}: not a lock file: {why}; restore it (git "
        f"checkout HEAD -- {path}), then run `./please lock`"
    )
