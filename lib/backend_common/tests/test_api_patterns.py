"""Regular expressions: those of ECMA-262, what Python's documents say instead, and their cost."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import create_app
from backend_common.api import DocumentError, patterns, schemas
from hypothesis import given, settings
from hypothesis import strategies as st

Service = Callable[..., Path]
Json = dict[str, Any]


def compiled(schema: Any) -> schemas.Check:
    nothing: Json = {}
    dialect = schemas.draft_2020_12(nothing.__getitem__)
    check = dialect.incoming(schema)
    dialect.compile()
    return check


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\d+$", ["1"], ["1\n", "٣", ""]),
        (r"^[\w-.]+$", ["a-b."], ["a b"]),
        (r"^[.-\w]+$", ["a-b."], ["a b"]),
        (r"^[a-c-e]+$", ["ace-"], ["d"]),
        (r"^[--/]+$", ["-./"], ["0"]),
        (r"^\p{L}+$", ["é"], ["1"]),
        (r"^\p{Script=Greek}\P{Lu}$", ["λa"], ["aλ", "λA"]),
        (r"a|b", ["xbx"], ["c"]),
        # What the engine would take for its own:
        (r"^[a&&b]+$", ["a&b"], ["", "c"]),
        (r"^[a~~b]$", ["~"], ["c"]),
        (r"^[[a]b]$", ["ab]", "[b]"], ["b", "a"]),
        (r"^{a}]$", ["{a}]"], ["a"]),
        (r"^a{1$", ["a{1"], ["a"]),
        # Characters by their numbers:
        (r"^\x41\u0042\u{43}\U00000044\cI\0\012\a[\b]$", ["ABCD\t\0\n\a\b"], ["ABCD"]),
        (r"^\uD83D\uDE00\u{1F600}\N{GRINNING FACE}$", ["😀😀😀"], ["😀"]),
        # What documents for Python say:
        (r"\A\w+\Z", ["a"], ["é", "a\n", "a b"]),
        (r"(?m)\Aa$|^b\z", ["a\nc", "c\nb"], ["c\na", "b\nc"]),
        (r"^(?P<year>\d{4})(?:-(?P<month>\d\d))?$", ["2024-01", "2024"], ["2024-"]),
        (r"^(?<year>\d{4})$", ["2024"], ["20240"]),
        (r"^a{,2}$", ["", "aa"], ["aaa", "a{,2}"]),
        (r"(?i)^straße$", ["STRAßE"], ["strasse"]),
        (r"(?s)^.$", ["\n"], ["ab"]),
        (r"(?a)(?i)^\w$", ["A"], ["é"]),
        (r"^a(?i:b)(?#the end)c$", ["aBc"], ["aBC"]),
        (r"^(?i:a(?-i:b))$", ["Ab"], ["AB"]),
        # What looks around at the ends:
        (r"^(?=.*\d)(?=.*[a-z]).{3,8}$", ["ab1", "1bcdefgh"], ["abc", "123", "a1", "abcdefgh1"]),
        (r"^(?!admin$)[a-z]+$", ["adminx", "a"], ["admin", "A"]),
        (r"\A(?!admin\Z)[a-z]+\Z", ["adminx", "a"], ["admin", "A"]),
        (r"(?i)^(?!admin$)[a-z]+$", ["adminx", "A"], ["Admin"]),
        (r"^(?=[()|]+$)[(|]+$", ["(|"], [")", "a"]),
        (r"^(?=(?:a|b)+$).+$", ["ab"], ["abc"]),
        (r"^(?!-)[a-z0-9-]{1,63}(?<!-)$", ["a-b"], ["-a", "a-", "a" * 64]),
        (r"\.txt(?<!^\.txt)(?<!/\.txt)$", ["a.txt"], [".txt", "b/.txt", "a.txt/"]),
        (r"^[a-z]+(?<=x|yz)$", ["ax", "yz"], ["az", "x1"]),
        (r"^[a-z]{1,63}$", ["a" * 63], ["a" * 64]),
    ],
)
def test_what_matches(pattern: str, good: list[str], bad: list[str]) -> None:
    check = compiled({"pattern": pattern})
    assert [text for text in good if check(text)] == []
    assert [text for text in bad if not check(text)] == []
    keyed = compiled({"patternProperties": {pattern: False}}) if "(?" not in pattern else None
    assert keyed is None or [text for text in good if not keyed({text: 1})] == []


PARTS = [
    *("a", "b", "-", ".", "^", "$", "|", "(", "(?:", "(?P<n>", "(?i:", ")", "[a-b]", "[^a]", "&"),
    *(r"\d", r"\w", r"\s", r"\W", r"[\w.-]", r"[-a\]]", r"\A", r"\Z", r"\.", r"\x61", r"\n", "}"),
    *("*", "+", "?", "*?", "{2}", "{1,2}", "{,2}", "{1,}", "{", "(?=a)", "(?!b)", "(?<=a)", "]"),
    *("[&&a]", "[a~~b]", "[^]a]", "[[a]", r"\b", r"\1", "++", "(?i)", "(?<!b)", "[a--]"),
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=6), st.text("ab-.&[]1 A\n{}^~", max_size=5))
def test_it_is_refused_or_means_what_it_means_to_python(parts: list[str], text: str) -> None:
    pattern = "".join(parts)
    try:
        check = compiled({"pattern": pattern, "maxLength": 100})
    except ValueError as error:
        assert str(error).startswith(f"the pattern {pattern!r} ")  # noqa: PT017
        return
    try:
        # NB: in ECMA-262, $ is not before the last line feed.
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            known = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    except re.error:
        return  # a few that ECMA-262 alone has
    assert check.is_valid(text) == bool(known.search(text)), pattern


REFUSED = {
    "(": r"has a ( without a ): write \( for the character",
    ")": r"has a ) without a (: write \) for the character",
    "[a": r"has a [ without a ]: write \[ for the character",
    "a\\": r"ends with \: write \\ for the character",
    "*a": "repeats nothing with *: write a backslash before it for the character",
    "a|+": "repeats nothing with +: write a backslash before it for the character",
    "a{2,1}": "has the count {2,1}, which ends before it begins: swap the two",
    "[z-a]": r"has the range z-a, which ends before it begins: write \- for the character",
    "[]a]": r"begins a class with ]: write [\] for the character, or [\s\S] for any",
    "[^]a]": r"begins a class with ]: write [^\] for the character, or [\s\S] for any",
    "[[:alpha:]]": "has the class [:alpha:]: write its characters, such as a-zA-Z",
    "a**": "repeats a repetition with *: write (?:…) around what is repeated",
    "a++": "repeats a repetition with +: write (?:…) around what is repeated; what takes nothing "
    "back (a++) has no equal",
    "^(?=a)?b": "repeats what looks around with ?: leave the repetition out, or all of it",
    "(?>a)": "has a group that takes nothing back, (?>…): write (?:…)",
    r"(a)\1": "refers back to a group: write what the group may be once more, with |",
    "(?P<n>a)(?P=n)": "refers back to a group",
    r"(?<n>a)\k<n>": "refers back to a group",
    "(a)?(?(1)b|c)": "has a condition, (?(…)…): write both cases with | between them",
    "a(?i)b": "has flags in the middle: write them first, or as (?i:…) where needed",
    "(?x) a b": "has the flag x: drop the flag x, and with it the whitespace and the comments",
    r"(?u)\w": r"has the flag u: drop the flag u, and write \p{L} and \p{N}",
    "(?L)a": "has the flag L: drop the flag L: text has no locale",
    "(?#a": "has a comment without an end: remove it",
    "(?&a)": "has an unknown kind of group, (?&a: write (?:…)",
    r"\h": r"has an unknown escape, \h: write the character itself",
    r"\N{NOBODY}": r"has \N{NOBODY}, which is no character: write it itself",
    r"\u{110000}": r"has \u{110000}, which is no character: the last is \u{10ffff}",
    r"\ud800": r"has half of a surrogate pair: write the whole as \u{…}",
    "\ud800": "has half of a surrogate pair: write the whole character",
    "/^a$/i": "is between slashes, which are characters here: leave them out",
    r"\p{Nothing}": "is not a regular expression of ECMA-262",
    "a(?!b)": "looks around in the middle, so that its cost has no bound: look ahead right after "
    "^, look behind right before $, or say it in parts with allOf and not",
    "(?<=a)b": "looks around in the middle",
    "^(?=a)b|c$": "looks around in the middle",
    "a|b(?<!c)$": "looks around in the middle",
    "^(?=(?=a)b)c$": "looks around in the middle",
    "(?m)^(?=a)b": "looks around in the middle",
    "^(?:(?:a{1,999}){1,999}){1,999}$": "is too large",
}


@pytest.mark.parametrize("pattern", REFUSED)
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="the pattern ") as error:
        compiled({"pattern": pattern})
    assert str(error.value).startswith(f"the pattern {pattern!r} {REFUSED[pattern]}")
    with pytest.raises(ValueError, match="the pattern "):
        compiled({"patternProperties": {pattern: {}}})


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("1[01]{1000}x", 1002),
        ("^(?:a{1,5}b{1,5}){1,5}x*$", 51),
        ("(?m)^[01]{100}$", 100),
    ],
)
def test_what_is_slow_needs_a_short_text(pattern: str, steps: int) -> None:
    said = f"may take {steps} steps for each character of a long text: add maxLength"
    for longest in ({}, {"maxLength": patterns.LONGEST_TEXT + 1}):
        with pytest.raises(ValueError, match=f"{said}, of at most 255"):
            compiled({"pattern": pattern, **longest})
    compiled({"pattern": pattern, "maxLength": patterns.LONGEST_TEXT})


def test_branches_in_a_group_have_an_end() -> None:
    compiled(
        {"pattern": r"^(?:\{[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}|[0-9a-f]{4}(?:-[0-9a-f]{4}){7})$"}
    )
    with pytest.raises(ValueError, match="may take 50 steps"):
        compiled({"pattern": "^[ab]{25}|[ab]{25}$"})


def test_numbers_of_characters_are_no_repetitions() -> None:
    compiled({"pattern": r"\u{2028}x*\u{1000}"})


def test_a_long_pattern_leaves_room_for_the_advice() -> None:
    with pytest.raises(ValueError, match=r"^the pattern 'a{99}…' repeats nothing with \*: write"):
        compiled({"pattern": "a" * 500 + "|*"})


def documents(pattern: str) -> dict[str, Json]:
    """Return documents that have *pattern* where it is easily overlooked."""
    info = {"info": {"title": "Shop", "version": "1"}}
    answer = {"200": {"description": "It."}}
    text = {"type": "string", "pattern": pattern}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    nested = {
        "Order": {
            "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
            }
        },
        "Item": {"anyOf": [{"type": "integer"}, text]},
    }
    operation = {"operationId": "shop.api.one", "responses": answer}
    third = {
        "components": {"schemas": nested},
        "paths": {"/orders": {"post": {**operation, "requestBody": body}}},
        **info,
    }
    return {
        "2.0": {
            "swagger": "2.0",
            **info,
            "paths": {
                "/orders": {
                    "parameters": [{"name": "x", "in": "query", **text}],
                    "post": operation,
                }
            },
        },
        "3.0": {"openapi": "3.0.3", **third},
        "3.1": {"openapi": "3.1.0", **third},
    }


PLACES = {
    "2.0": "#/paths/~1orders/parameters/0",
    "3.0": "#/components/schemas/Item/anyOf/1",
    "3.1": "#/components/schemas/Item/anyOf/1",
}


@pytest.mark.parametrize("version", PLACES)
def test_documents_for_python_are_served(service: Service, version: str) -> None:
    service({"shop/api.py": "def one(x=None, body=None):\n    return 'one'\n"})
    for pattern in (r"\A(?P<a>a)(?i:b)\Z", r"^[\w-.]+$", r"^\p{L}\u{41}(?<n>\cA)$", "^a{,3}$"):
        app = create_app("shop", extensions=["api"])
        app.api.register(documents(pattern)[version])


@pytest.mark.parametrize("version", PLACES)
@pytest.mark.parametrize("pattern", [r"(a)\1", "a(?=b)", r"^\h$", "a++"])
def test_an_error_names_the_operation_and_the_place(
    service: Service, version: str, pattern: str
) -> None:
    service({"shop/api.py": "def one(x=None, body=None):\n    return 'one'\n"})
    app = create_app("shop", extensions=["api"])
    with pytest.raises(DocumentError) as error:
        app.api.register(documents(pattern)[version])
    text = str(error.value)
    assert f"the pattern {pattern!r} " in text
    assert f"; POST /orders has it (at {PLACES[version]}); correct the document" in text
    assert "\n" not in text
