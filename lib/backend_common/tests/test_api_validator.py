"""What the api extension relies on in jsonschema-rs, and what it must keep away from it.

It has one author and changes often. A failure here says what to look at after an upgrade.
"""

from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from backend_common.api import composition, errors, patterns, schemas, strict_json, translation

Json = dict[str, Any]
Newest = jsonschema_rs.Draft202012Validator
LONG = 2**20


def nested(depth: int, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = {"inner": leaf}
    return leaf


def compiled(schema: Any, **definitions: Any) -> schemas.Check:
    """Return the check of a schema of OpenAPI 3.1; references are names of definitions."""
    dialect = schemas.draft_2020_12(definitions.__getitem__)
    check = dialect.incoming(schema)
    dialect.compile()
    return check


def test_a_branch_that_fails_has_all_errors_of_its_branches() -> None:
    # Why errors are asked for only of small values.
    value = ["x"] * 1000
    branches = {"anyOf": [{"items": {"type": "integer"}}, {"type": "object"}]}
    with pytest.raises(jsonschema_rs.ValidationError) as error:
        Newest(branches).validate(value)
    assert len(error.value.kind.as_dict()["context"][0]) == len(value)
    brief = translation.without_branches(branches, recursive=False)
    with pytest.raises(jsonschema_rs.ValidationError) as error:
        Newest(brief).validate(value)
    assert error.value.kind.name == "not"


def test_values_are_looked_at_once_where_errors_are_not_asked_for() -> None:
    again = {"$ref": "#/$defs/tree"}
    twice = {"properties": {"inner": again}}
    tree = {"type": "object", "anyOf": [twice, {**twice, "minProperties": 0}]}
    validator = Newest({**again, "$defs": {"tree": tree}})
    deep = nested(strict_json.DEEPEST - 1, 1)  # 2 ** 99 steps otherwise
    assert not validator.is_valid(deep)
    brief = {**again, "$defs": {"tree": translation.without_branches(tree, recursive=True)}}
    with pytest.raises(jsonschema_rs.ValidationError):
        Newest(brief).validate(deep)


AGAIN: Json = {"properties": {"inner": {"$ref": "tree"}}}
OTHERS: Json = {"additionalProperties": {"$ref": "tree"}}


@pytest.mark.parametrize(
    "tree",
    [
        {**AGAIN, "allOf": [AGAIN]},
        {**OTHERS, "allOf": [OTHERS]},
        {**AGAIN, "patternProperties": {"^i": {"$ref": "tree"}}},
        {"patternProperties": {"^i": {"$ref": "tree"}, "r$": {"$ref": "tree"}}},
        {**AGAIN, "dependentSchemas": {"inner": AGAIN}},
        {**AGAIN, "if": {}, "then": AGAIN},
        {**AGAIN, "if": False, "else": AGAIN},
        {**AGAIN, "not": {"not": AGAIN}},
        {**AGAIN, "allOf": [{"allOf": [{"not": {"not": AGAIN}}]}]},
        {**AGAIN, "unevaluatedProperties": {"$ref": "tree"}, "allOf": [AGAIN]},
        {"allOf": [{"$ref": "tree2"}, {"$ref": "tree2"}]},
    ],
)
def test_an_error_deep_in_a_tree_costs_little(tree: Json) -> None:
    """Each of these looks at what is inside twice, which is 2 ** 99 times in the end."""
    definitions = {"tree": {"type": "object", **tree}, "tree2": AGAIN}
    check = compiled({"$ref": "tree"}, **definitions)
    assert check(nested(strict_json.DEEPEST - 1, {})) == []
    (mistake,) = check(nested(strict_json.DEEPEST - 1, 1))
    assert mistake.detail


def test_a_small_value_keeps_its_errors_where_schemas_are_composed() -> None:
    node = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    check = compiled({"allOf": [node, {"properties": {"c": {"enum": [1]}}}]})
    assert {each.pointer for each in check({"a": "x", "b": "y", "c": 2})} == {"/a", "/b", "/c"}


def test_a_size_ends_the_check() -> None:
    """The validator looks at sizes first, whatever the order in the schema."""
    slow: Json = {"uniqueItems": True, "items": {"pattern": "1[01]{20}x"}, "maxItems": 3}
    assert not Newest(slow, pattern_options=patterns.OPTIONS).is_valid(["1" * LONG] * 4)
    text: Json = {"pattern": "1[01]{1000}x", "maxLength": 3}
    validator = Newest(text, pattern_options=patterns.OPTIONS)
    assert not validator.is_valid("10" * LONG)


def test_messages_without_a_mask_repeat_the_value() -> None:
    with pytest.raises(jsonschema_rs.ValidationError, match="hunter2"):
        Newest({"type": "integer"}).validate("hunter2")
    with pytest.raises(jsonschema_rs.ValidationError) as error:
        Newest({"type": "integer"}, mask="it").validate("hunter2")
    assert "hunter2" not in str(error.value)


def test_references_are_not_followed_offline() -> None:
    with pytest.raises(jsonschema_rs.ValidationError, match="Retrieval is disabled"):
        Newest({"$ref": "file:///etc/hostname"}, offline=True)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_of_json_passes(value: float) -> None:
    # It counts as null. That is why strict_json stays, and responses are read back from JSON.
    assert Newest({"maximum": 3}).is_valid(value)


@pytest.mark.parametrize("value", [b"a", type("Text", (str,), {})("a"), {1: 2}])
def test_what_is_not_json_is_an_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"Unsupported type|Dict key must be str"):
        Newest({"type": "object"}).is_valid(value)


@pytest.mark.parametrize(("value", "valid"), [(10**4299, False), (-(10**4299), True), (3, True)])
def test_large_integers_have_bounds(value: int, valid: bool) -> None:
    assert Newest({"maximum": 3}).is_valid(value) is valid


def test_numbers() -> None:
    assert Newest({"multipleOf": 0.01}).is_valid(19.99)
    assert not jsonschema_rs.Draft4Validator({"type": "integer"}).is_valid(1.0)
    assert Newest({"type": "integer"}).is_valid(1.0)
    assert not Newest({"type": "integer"}).is_valid(True)
    assert not Newest({"enum": [1]}).is_valid(True)
    assert Newest({"type": "number"}).is_valid(Decimal("1.5"))


def test_an_error_names_its_schema_where_it_is_defined() -> None:
    schema = {"$ref": "#/$defs/it", "$defs": {"it": {"properties": {"a": {"type": "string"}}}}}
    (error,) = Newest(schema).iter_errors({"a": 1})
    assert error.schema_path == ["$defs", "it", "properties", "a", "type"]
    assert error.instance_path == ["a"]


@pytest.mark.parametrize("name", sorted(errors._WORDS))
def test_every_error_has_words(name: str) -> None:
    wrong: dict[str, tuple[Json, Any]] = {
        "additionalItems": ({"items": [{}], "additionalItems": False}, [1, 2]),
        "additionalProperties": (
            {"properties": {"b": {}}, "additionalProperties": False},
            {"a": 1},
        ),
        "anyOf": ({"anyOf": [{"maximum": 1}, {"maximum": 2}]}, 3),
        "const": ({"const": 1}, 2),
        "contains": ({"contains": {"const": 1}}, [2]),
        "enum": ({"enum": [1]}, 2),
        "exclusiveMaximum": ({"exclusiveMaximum": 1}, 1),
        "exclusiveMinimum": ({"exclusiveMinimum": 1}, 1),
        "falseSchema": ({"properties": {"a": False}}, {"a": 1}),
        "format": ({"format": "date"}, "x"),
        "maxItems": ({"maxItems": 0}, [1]),
        "maxLength": ({"maxLength": 0}, "a"),
        "maxProperties": ({"maxProperties": 0}, {"a": 1}),
        "maximum": ({"maximum": 0}, 1),
        "minItems": ({"minItems": 1}, []),
        "minLength": ({"minLength": 1}, ""),
        "minProperties": ({"minProperties": 1}, {}),
        "minimum": ({"minimum": 1}, 0),
        "multipleOf": ({"multipleOf": 2}, 1),
        "not": ({"not": {}}, 1),
        "oneOf": ({"oneOf": [{"maximum": 1}, {"maximum": 2}]}, 3),
        "pattern": ({"pattern": "^a$"}, "b"),
        "propertyNames": ({"propertyNames": {"maxLength": 0}}, {"a": 1}),
        "required": ({"required": ["a"]}, {}),
        "unevaluatedItems": ({"unevaluatedItems": False}, [1]),
        "unevaluatedProperties": ({"unevaluatedProperties": False}, {"a": 1}),
        "uniqueItems": ({"uniqueItems": True}, [1, 1]),
    }
    schema, value = wrong[name]
    validator = jsonschema_rs.Draft4Validator if name == "additionalItems" else Newest
    root = {"properties": {"s0": schema}}
    (error,) = validator(root, validate_formats=True).iter_errors({"s0": value})
    assert error.kind.name == name
    (explained,) = errors.explain([error], root, secret=False)
    assert explained.detail != errors.ANYTHING
    assert "{}" not in explained.detail


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "^(a|a?)+$", r"(\w+\s?)*!", "(.*)*x"])
def test_patterns_that_backtrack_elsewhere_take_linear_time(pattern: str) -> None:
    # It would take years otherwise.
    check = compiled({"type": "string", "pattern": pattern})
    check("a" * LONG + "b")


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"uniqueItems": True}, [*range(100_000), 5], ""),
        ({"items": {"type": "integer"}}, ["x"] * 100_000, "/0"),
        ({"items": {"type": "integer"}}, [*range(99_999), "x"], "/99999"),
        ({"items": {"items": {"type": "integer"}}}, [[[1, 2]] * 9, [[]] * 90_000], "/0/0"),
        ({"properties": {"a": {"items": {"maxLength": 0}}}}, {"a": ["x"] * 90_000}, "/a/0"),
        ({"items": {"additionalProperties": False}}, [{str(i): 1 for i in range(90_000)}], "/0"),
        ({"maxItems": 50}, [[]] * 90_000, ""),
        ({"minItems": 90_000}, [[]] * 80_000, ""),
        ({"anyOf": [{"items": {"type": "integer"}}, {"type": "object"}]}, ["x"] * 100_000, ""),
        ({"$ref": "tree"}, nested(99, 1), ""),
        ({"$ref": "chain"}, nested(99, {"wrong": 1}), ""),
        ({"additionalProperties": {"$ref": "tree"}}, {str(i): 1 for i in range(50_000)}, "/0"),
        (
            {"properties": {"a": {}}, "unevaluatedProperties": False},
            {str(i): 1 for i in range(50_000)},
            "",
        ),
    ],
)
def test_errors_of_large_values_cost_little(schema: Json, value: Any, place: str) -> None:
    # Some would take minutes otherwise, some years; the campaign `costs` measures.
    inner = {"properties": {"inner": {"$ref": "tree"}}}
    tree = {"type": "object", "oneOf": [inner, {**inner, "required": ["never"]}]}
    link = {"properties": {"inner": {"$ref": "chain"}, "wrong": {"type": "string"}}}
    chain = {"allOf": [link, {"patternProperties": {"^i": {"$ref": "chain"}}}, link]}
    check = compiled(schema, tree=tree, chain=chain)
    (error,) = check(value)
    assert error.pointer == place


def test_many_errors_are_bounded() -> None:
    found = compiled({"items": {"type": "integer"}})(["x"] * 100)
    assert [error.pointer for error in found] == [f"/{number}" for number in range(5)]


def test_work_is_counted_for_each_branch() -> None:
    assert schemas.work([1, 2, [3]], 1, 1, 100) == 5
    assert schemas.work([1, 2, [3]], 2, 1, 100) == 10
    assert schemas.work([1, 2, [3]], 2, 2, 100) == 2 + 12 + 8
    assert schemas.work([1] * 1000, 1, 1, 100) == 100
    assert schemas.work(nested(90, 1), 2, 2, 100) == 100


def test_a_schema_is_translated_once() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}}
    lookup = {"part": part}.__getitem__
    made = translation.Translation(
        composition.Composition(lookup), translation.DRAFT_2020_12, "readOnly"
    )
    for _ in range(3):
        made.translate({"properties": {"x": {"$ref": "part"}, "y": {"items": {"$ref": "part"}}}})
    assert len(made.definitions) <= 2


def test_shapes_are_bounded() -> None:
    alternatives: Json = {"anyOf": [{"properties": {f"p{n}": {}}} for n in range(20)]}
    known = composition.Composition(dict[str, Any]().__getitem__)
    assert len(known.shapes({"allOf": [alternatives] * 9})) == composition.MOST_SHAPES
    assert known.shapes({"allOf": [{"type": "string"}, {"type": "integer"}]}) == ()
