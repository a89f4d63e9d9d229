import tomllib
from pathlib import Path

import pytest
from please_cli.lock.python.resolver import explain, with_sources
from please_cli.workspace import Member

# The failures that uv can be made to show are in test_python.py.


def test_a_full_disk() -> None:
    assert explain("error: failed to write\n  cause: No space left on device (os error 28)") == (
        "no space left for uv; make room in its cache and the temporary directory"
    )


@pytest.mark.parametrize(
    "said",
    [
        "cause: dns error\n  cause: error resolving DNS",
        "error: Request failed after 3 retries\n cause: operation timed out",
    ],
)
def test_no_network(said: str) -> None:
    assert explain(said).startswith("uv cannot reach the package index; ")


def test_anything_else() -> None:
    assert explain("error: surprise") == "uv failed; see what it says below"


def test_every_member_is_a_source(tmp_path: Path) -> None:
    members = [Member(tmp_path / "lib/paint", "library"), Member(tmp_path / "src/door", "service")]
    manifest = "[tool.uv.sources]\npaint = { workspace = true }\n"
    sources = {"paint": {"workspace": True}, "door": {"workspace": True}}
    for text in ("", manifest):
        assert tomllib.loads(with_sources(text, members)) == {"tool": {"uv": {"sources": sources}}}
