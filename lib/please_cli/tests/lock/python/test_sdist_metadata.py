"""What build backends say, as uv is given it; tests/lock/test_sdists.py has the whole way."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

import pytest
from please_cli.errors import UserError
from please_cli.lock.python.builds import Builds, Wanted
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.resolves import Resolve
from please_cli.lock.python.sdist_metadata import Backends, Describe, parse

RESOLVE = Resolve("next", frozenset(), "bookworm", Interpreter("3.11.2", (2, 36)))

METADATA = """\
Metadata-Version: 2.1
Name: Nail
Version: 1.0
Requires-Python: >=3.7
Requires-Dist: iron>=2
Requires-Dist: tin; extra == "Rust_free"
Provides-Extra: Rust_free

Requires-Dist: prose
"""


def test_metadata_as_uv_takes_it() -> None:
    assert parse("nail", "1.0", METADATA) == {
        "name": "nail",
        "version": "1.0",
        "requires-python": ">=3.7",
        "requires-dist": ["iron>=2", 'tin; extra == "Rust_free"'],
        "provides-extra": ["rust-free"],
    }
    assert parse("nail", "1.0", "Metadata-Version: 1.0\n\n") == {
        "name": "nail",
        "version": "1.0",
        "requires-dist": [],
        "provides-extra": [],
    }


def test_a_build_that_needs_itself(tmp_path: Path) -> None:
    needs = {"nail": "hammer", "hammer": "nail"}

    def locate(_: Resolve, name: str, version: str) -> dict[str, Any]:
        return {"version": version, "sdist": {}, "build": needs[name]}

    class Resolving:
        """Resolves the requirements of a build as uv does: it asks what they require."""

        def __init__(self, describe: Describe | None) -> None:
            assert describe is not None
            self.describe = describe

        def add(self, wanted: Collection[Wanted]) -> None:
            for each in wanted:
                self.describe(each.resolve, each.key, "1.0")

    def new_builds(describe: Describe | None) -> Builds:
        return cast("Builds", Resolving(describe))

    backends = Backends(tmp_path, locate, new_builds)
    with pytest.raises(UserError) as raised:
        backends.describe(RESOLVE, "nail", "1.0")
    assert raised.value.message == (
        "the source distribution nail 1.0 has to be there to be built: nail 1.0 -> hammer 1.0 -> "
        "nail 1.0; ask for a version that has a wheel"
    )
