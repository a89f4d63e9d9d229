"""The file that has the differences with their reasons."""

from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain import ROOT

from .compare import Difference
from .errors import ReplayError
from .exchange import Answer, Exchange, Request
from .reasons import Listed, read

TABLE = """
## Something else

| a | b |
|---|---|

## Differences found by its tests

### Numbers are those of JSON

Some text.

| test | request | connexion | `api` |
|---|---|---|---|
| `test_a.py::test_*` | `GET /v1.0/+*` | 200 | 400 |

## Another section

| a | b |
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reasons.md"


def exchange(test: str, method: str, target: str) -> Exchange:
    answer = Answer(200, [], "")
    return Exchange(test, "", [], Request(method, target, [], ""), answer, answer)


def test_a_row_has_the_reason_above_it(file: Path) -> None:
    file.write_text(TABLE)
    expected = Difference("200", "400")
    assert read(file) == [
        Listed("Numbers are those of JSON", "test_a.py::test_*", "GET /v1.0/+*", expected)
    ]


@pytest.mark.parametrize(
    ("test", "sent", "found", "expected"),
    [
        ("test_a.py::test_b", "GET /v1.0/+1?q=+", ("200", "400"), True),
        ("test_b.py::test_b", "GET /v1.0/+1", ("200", "400"), False),
        ("test_a.py::test_b", "POST /v1.0/+1", ("200", "400"), False),
        ("test_a.py::test_b", "GET /v1.0/1?q=+", ("200", "400"), False),
        ("test_a.py::test_b", "GET /v1.0/+1", ("200", "500"), False),
        ("test_a.py::test_b", "GET /v1.0/+1", ("404", "400"), False),
    ],
)
def test_a_row_covers_its_difference_alone(
    file: Path, test: str, sent: str, found: tuple[str, str], expected: bool
) -> None:
    file.write_text(TABLE)
    (row,) = read(file)
    assert row.covers(exchange(test, *sent.split()), Difference(*found)) is expected


def test_a_file_without_the_section_is_an_error(file: Path) -> None:
    file.write_text("# From connexion\n")
    with pytest.raises(ReplayError, match="has no section 'Differences found by its tests'; give"):
        read(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("| 200 | 400 |", "| 200 |"),
        lambda text: text.replace("### Numbers are those of JSON", ""),
    ],
)
def test_a_malformed_row_is_an_error(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(TABLE))
    with pytest.raises(ReplayError, match="is not one of a reason's table; write it as"):
        read(file)


def test_the_documentation_has_reasons() -> None:
    rows = read(ROOT / "docs/from-connexion.md")
    assert rows
    assert len(rows) == len(set(rows))
