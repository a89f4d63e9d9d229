"""Whether two answers are alike."""

import json
from dataclasses import replace

import pytest

from .compare import Difference, difference
from .exchange import Answer, Exchange, Request

JSON = [["content-type", "application/json"]]
PROBLEM = [["content-type", "application/problem+json"]]

REQUEST = Request("GET", "/things?p=1", [], "")


def found(theirs: Answer, ours: Answer) -> Difference | None:
    return difference(Exchange("test_a.py::test_b", "", [], REQUEST, theirs, ours))


def test_the_same_json_is_alike_however_it_is_written() -> None:
    theirs = Answer(200, [*JSON, ["date", "today"]], '{"a": 1, "b": 2}\n')
    assert (
        found(theirs, Answer(200, [["content-type", "application/json; x=y"]], '{"b":2,"a":1}'))
        is None
    )


def test_headers_of_ours_alone_make_no_difference() -> None:
    assert found(Answer(204, [], ""), Answer(204, [["vary", "Accept"]], "")) is None


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (Answer(404, JSON, "[1]"), ("200", "404")),
        (
            Answer(200, [["content-type", "text/plain"]], "[1]"),
            ("200 application/json", "text/plain"),
        ),
        (Answer(200, [], "[1]"), ("200 application/json", "no type")),
        (Answer(200, JSON, "[2]"), ("200", "another body")),
        (Answer(200, JSON, "[1"), ("200", "another body")),
        (Answer(200, JSON, "[1]"), ("200 location", "missing")),
        (Answer(200, [*JSON, ["location", "/b"]], "[1]"), ("200 location", "another value")),
        (Answer(0, [], "", "why"), ("200", "refused")),
        (Answer(200, JSON, "[2]", "why"), ("200", "refused; another body")),
        (Answer(400, JSON, "[2]", "why"), ("200", "refused; 400")),
    ],
)
def test_a_difference_in_a_few_words(ours: Answer, expected: tuple[str, str]) -> None:
    assert found(Answer(200, [*JSON, ["location", "/a"]], "[1]"), ours) == expected


def test_what_is_alike_after_a_correction_is_a_difference() -> None:
    theirs = Answer(200, JSON, "[1]")
    assert found(theirs, replace(theirs, refusal="why")) == ("200", "refused; alike")


def test_what_a_test_asked_and_did_not_get_is_a_difference() -> None:
    answer = Answer(200, JSON, "[1]")
    options = ["arguments", "security_map"]
    without = Exchange("test_a.py::test_b", "", options, REQUEST, answer, answer)
    assert difference(without) == ("200", "without arguments and security_map; alike")
    other = replace(without, ours=replace(answer, status=400))
    assert difference(other) == ("200", "without arguments and security_map; 400")
    refused = replace(without, ours=Answer(0, [], "", "why"))
    assert difference(refused) == ("200", "without arguments and security_map; refused")


def test_the_words_of_problems_are_not_compared() -> None:
    theirs = Answer(400, PROBLEM, json.dumps({"title": "Bad Request", "detail": "one way"}))
    ours = Answer(400, PROBLEM, json.dumps({"title": "Bad Request", "detail": "or", "errors": []}))
    assert found(theirs, ours) is None
    other = Answer(400, PROBLEM, json.dumps({"title": "Another", "detail": "one way"}))
    assert found(theirs, other) == ("400", "another body")
