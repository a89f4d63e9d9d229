import resource
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock import document


def test_outer_levels_have_an_entry_a_line() -> None:
    value = {"b": {"y": {"z": 1, "a": [2]}, "x": {}}, "a": "ä"}
    assert document.render(value, 2) == (
        '{\n "a": "ä",\n "b": {\n  "x": {},\n  "y": {"z": 1, "a": [2]}\n }\n}\n'
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "nix/lock/x.json"
    assert document.write(path, document.render({"a": {"b": 1}}, 1))
    assert document.read(path, "./please lock") == {"a": {"b": 1}}
    assert path.stat().st_mode & 0o777 == 0o644


def test_no_lock_yet_is_an_empty_one(tmp_path: Path) -> None:
    assert document.read(tmp_path / "x.json", "./please lock") == {}


def test_the_same_text_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert document.write(path, "{}\n")
    before = path.stat().st_ino
    assert not document.write(path, "{}\n")
    assert path.stat().st_ino == before


def test_a_file_that_is_not_json(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{\n "a": \n<<<<<<< HEAD\n')
    with pytest.raises(UserError) as caught:
        document.read(path, "./please lock")
    assert caught.value.message == (
        f"{path}:3: not a lock file: Expecting value; restore it from version control, or delete "
        "it and run `./please lock`"
    )


def test_a_file_that_is_not_an_object(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]")
    with pytest.raises(UserError, match="not a lock file: no object in it"):
        document.read(path, "./please lock")


def test_a_file_that_cannot_be_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    document.write(path, "{}\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(UserError) as caught:
            document.write(path, "x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.message == (
        f"{path}: cannot be written: File too large; it is as it was before"
    )
    assert path.read_text() == "{}\n"
    assert list(tmp_path.iterdir()) == [path]
