from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import locking
from please_cli.lock.python.advice import correct
from please_cli.lock.python.layout import Lock

ROOT = """
[project]
name = "services"
version = "0"
[dependency-groups]
build = ["{}"]
[tool.services.resolves.tools]
"""


@pytest.fixture
def details(platform: Path, write: Callable[..., Path], index: Any) -> Callable[[str], str]:
    """Lock a workspace that needs a requirement; return what the user reads of uv's message."""
    assert index

    def details(requirement: str) -> str:
        write(platform / "pyproject.toml", ROOT.format(requirement))
        with pytest.raises(UserError) as caught:
            locking.lock(platform, Lock())
        return caught.value.details

    return details


CONCLUSION = (
    "error: No solution found when resolving dependencies\n"
    "  cause: Because {}, we can conclude that services:build's requirements are unsatisfiable.\n"
    "         And because your project requires services:build, we can conclude that your project's"
    " requirements are unsatisfiable."
)


def test_a_conflict(details: Any, index: Any) -> None:
    index.wheel("acme", "1.0")
    assert details("acme>=2") == CONCLUSION.format(
        "only acme==1.0 is available and services:build depends on acme>=2"
    )


def test_the_protection_against_dependency_confusion(
    details: Any, index: Any, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", company.url)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index.url)
    company.wheel("acme", "1.0")
    index.wheel("acme", "2.0")
    assert details("acme>=2").splitlines()[-1] == (
        "acme is only taken from the first index that has it: docs/indexes.md"
    )
    assert "unsafe" not in details("acme>=2")


def test_what_is_known_to_be_right_stays(details: Any, index: Any) -> None:
    index.wheel("acme", "2.0", tag="cp312-cp312-win_amd64")
    said = details("acme")
    assert said.splitlines()[-1] == (
        "hint: Wheels are available for `acme` (v2.0) with the following Python ABI tag: `cp312`"
    )
    assert "tool.uv.environments" not in said


def test_a_hint_of_several_paragraphs() -> None:
    said = (
        "error: Failed to build `acme==2.0`\n\n"
        "hint: `acme` (v2.0) was included because `services:build` (v0) depends on `acme`\n\n"
        "hint: consider adding `nothing`. Otherwise, add it under:\n\n"
        '[tool.uv.extra-build-dependencies]\nacme = ["nothing"]\n'
    )
    assert correct(said) == (
        "error: Failed to build `acme==2.0`\n\n"
        "hint: `acme` (v2.0) was included because `services:build` (v0) depends on `acme`"
    )
