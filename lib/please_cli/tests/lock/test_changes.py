from please_cli.lock.changes import changes


def test_what_was_added_removed_and_moved() -> None:
    old, new = {"gone": "1", "moved": "1", "same": "1"}, {"moved": "2", "new": "1", "same": "1"}
    assert changes(old, new) == ["- gone 1", "  moved 1 -> 2", "+ new 1"]


def test_a_first_lock() -> None:
    assert changes({}, {"new": "1"}) == ["+ new 1"]
