import resource
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock import document
from please_cli.lock.document import Document, Lockfile


def test_outer_levels_have_an_entry_a_line() -> None:
    value = {"b": {"y": {"z": 1, "a": [2]}, "x": {}}, "a": "ä"}
    assert document.render(value, 2) == (
        '{\n "a": "ä",\n "b": {\n  "x": {},\n  "y": {"z": 1, "a": [2]}\n }\n}\n'
    )


def versions(lock: Document) -> Mapping[str, str]:
    return {name: package["version"] for name, package in lock.items()}


LOCKFILE = Lockfile("nix/lock/x.json", "./please lock", 1, versions)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / LOCKFILE.path
    content = {"a": {"version": "1"}}
    document.write({path: document.render(content, LOCKFILE.levels)})
    assert LOCKFILE.read(tmp_path) == content
    assert path.stat().st_mode & 0o777 == 0o644


def test_no_lock_yet_is_an_empty_one(tmp_path: Path) -> None:
    assert LOCKFILE.read(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ('{\n "a": \n<<<<<<< HEAD\n', ":3", "Expecting value"),
        ("[]", "", "its entries have another shape"),
        ('{"a": {}}', "", "its entries have another shape"),
        (
            "[" * 100_000,
            "",
            "maximum recursion depth exceeded while decoding a JSON array from a unicode string",
        ),
    ],
)
def test_a_file_that_is_not_a_lock(
    tmp_path: Path, write: Callable[..., Path], text: str, where: str, why: str
) -> None:
    path = write(tmp_path / LOCKFILE.path, text)
    with pytest.raises(UserError) as caught:
        LOCKFILE.read(tmp_path)
    assert caught.value.message == (
        f"{path}{where}: not a lock file: {why}; restore it (git checkout HEAD -- "
        "nix/lock/x.json), then run `./please lock`"
    )


def test_a_file_that_is_not_text(tmp_path: Path, write: Callable[..., Path]) -> None:
    write(tmp_path / LOCKFILE.path).write_bytes(b"{\xff}")
    with pytest.raises(UserError, match="not a lock file: 'utf-8' codec can't decode byte 0xff"):
        LOCKFILE.read(tmp_path)


def test_whether_a_file_has_a_text(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert not document.has(path, "")
    path.write_text("{}\n")
    assert document.has(path, "{}\n")
    assert not document.has(path, "{}")


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    paths = [tmp_path / "python/x.json", tmp_path / "members/y.json"]
    document.write(dict.fromkeys(paths, "{}\n"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(UserError) as caught:
            document.write({paths[0]: "[]", paths[1]: "x" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.message == (
        f"{paths[1]}: cannot be written: File too large; the lock is as it was before"
    )
    assert [path.read_text() for path in paths] == ["{}\n", "{}\n"]
    assert [list(path.parent.iterdir()) for path in paths] == [[path] for path in paths]
