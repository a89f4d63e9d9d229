"""Files that reach no app are named, as far as they are few."""

import pytest
from unpackaged import note


@pytest.mark.parametrize(("count", "more"), [(20, ""), (23, " and 3 more")])
def test_files_that_no_manifest_mentions_are_named(count: int, more: str) -> None:
    names = [f"sample/{number}.txt" for number in range(count)]
    assert note("src/sample", names) == (
        "note: these files of src/sample are not in its wheel, so that no app has them: "
        f"{', '.join(names[:20])}{more}. If it needs them, add them to what its "
        "pyproject.toml packages."
    )
