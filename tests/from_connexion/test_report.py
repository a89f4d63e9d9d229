"""What the command prints, and whether it passes."""

from .compare import Difference
from .exchange import Answer, Exchange, Request
from .reasons import Listed
from .report import judge

OK = Answer(200, [["content-type", "application/json"]], "[]")
BAD = Answer(400, [["content-type", "application/json"]], "[]")
ROW = Listed("It is so", "test_a.py::*", "GET /a", Difference("200", "400"))
STALE = Listed("It was so", "test_a.py::*", "GET /b", Difference("200", "400"))


def exchange(path: str, ours: Answer, *options: str) -> Exchange:
    request = Request("GET", path, [["accept", "*/*"], ["host", "h"]], "sent")
    return Exchange("test_a.py::test_b", "FlaskApp", list(options), request, OK, ours)


def test_differences_that_are_listed_pass() -> None:
    report = judge([exchange("/a", BAD), exchange("/a?b", BAD), exchange("/b", OK)], [ROW])
    assert report.passes
    assert list(report.lines()) == [
        "2 differ: It is so",
        "  2 x test_a.py::* GET /a: 200 / 400",
        "",
        "3 requests: 1 alike; 2 differ for 1 reasons; 0 differ without a reason",
    ]


def test_another_difference_fails_with_both_answers() -> None:
    report = judge([exchange("/b?p=1", BAD, "arguments")], [])
    assert not report.passes
    assert list(report.lines()) == [
        "without a reason: test_a.py::test_b [FlaskApp]: 200 / without arguments; 400",
        "  GET /b?p=1",
        "    accept: */*",
        "    'sent'",
        "  api does not have: arguments",
        "  connexion: 200 application/json '[]'",
        "  api:       400 application/json '[]'",
        "",
        "1 requests: 0 alike; 0 differ for 0 reasons; 1 differ without a reason",
    ]


def test_a_refusal_is_reported_with_its_error() -> None:
    report = judge(
        [exchange("/b", Answer(0, [], "", "no")), exchange("/b", Answer(200, [], "x", "no"))], []
    )
    told = [line for line in report.lines() if line.startswith("  api: ")]
    assert told == ["  api:       refused: no", "  api:       refused: no, corrected: 200  'x'"]


def test_a_row_without_a_difference_fails() -> None:
    report = judge([exchange("/b", OK)], [STALE])
    assert not report.passes
    assert next(report.lines()) == (
        "remove the row, which describes no difference now: test_a.py::* GET /b (200 / 400)"
    )
