"""docs/outputs.md, done to a copy of the checkout as it is written."""

from pathlib import Path

import pytest
from toolchain import ROOT, build, closure, evaluate
from worked_example import do, steps

DOCUMENT = ROOT / "docs/outputs.md"


@pytest.fixture
def extended(checkout: Path) -> Path:
    """The checkout with the output of the document."""
    for step in steps(DOCUMENT):
        do(step, checkout)
    return checkout


def test_the_document_says_what_to_write() -> None:
    assert [step.path for step in steps(DOCUMENT)] == ["nix/outputs/size.nix"]


@pytest.mark.builds
def test_the_size_of_a_service(extended: Path) -> None:
    files = [file for path in closure(build("tokens")) for file in [path, *path.rglob("*")]]
    expected = sum(
        file.stat().st_size for file in files if file.is_file() and not file.is_symlink()
    )
    assert build("tokens.size", root=extended).read_text() == f"{expected}\n"


def test_every_service_has_the_output_and_the_job(extended: Path) -> None:
    found = evaluate(
        "let members = import ./. { }; jobs = import ./release.nix { }; in "
        "[ (members.tokens ? size) (members.backend_common ? size) "
        "(jobs.tokens ? size) (jobs.treestatus ? size) ]",
        root=extended,
    )
    assert found == [True, False, True, True]
