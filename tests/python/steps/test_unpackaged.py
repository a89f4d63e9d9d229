"""Files that reach no app are named, as far as they are few."""

import pytest
from unpackaged import note


@pytest.mark.parametrize(("count", "more"), [(2, ""), (3, " and 1 more")])
def test_files_that_no_manifest_mentions_are_named(count: int, more: str) -> None:
    assert note("src/sample", ["sample/a.txt", "sample/b.txt"], count) == (
        "note: these files of src/sample are not in its wheel, so that no app has them: "
        f"sample/a.txt, sample/b.txt{more}. If it needs them, add them to what its "
        "pyproject.toml packages."
    )
