import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backend_common import App, SettingError, create_app, settings
from backend_common.core.settings import REQUIRED, Field

Service = Callable[..., Path]
FILE = "correct it in the settings file, or in the environment variable that it reads"


def switch(**options: Any) -> settings.Switch:
    return settings.Switch("SIZE", **{"default": False, "text": "", **options})


def whole(**options: Any) -> settings.Whole:
    return settings.Whole("SIZE", **{"default": 1, "text": "", **options})


def number(**options: Any) -> settings.Number:
    return settings.Number("SIZE", **{"default": 1.0, "text": "", **options})


def text(**options: Any) -> settings.Text:
    return settings.Text("SIZE", **{"default": "m", "text": "", **options})


def choice(**options: Any) -> settings.Choice:
    return settings.Choice(
        "SIZE", **{"default": "m", "choices": ("s", "m", "l"), "text": "", **options}
    )


def items(**options: Any) -> settings.Items:
    return settings.Items("SIZE", **{"default": (), "text": "", **options})


def object_(**options: Any) -> settings.Object:
    return settings.Object("SIZE", **{"default": {}, "text": "", **options})


@pytest.fixture
def make(service: Service) -> Callable[..., App]:
    service()
    return lambda **config: create_app("shop", config=config)


Make = Callable[..., App]


class Coat(settings.Table):
    size = whole()
    colour = settings.Text("COLOUR", "red", text="")


class Raincoat(Coat):
    length = settings.Number("LENGTH", 1.5, unit="metres", text="")


def test_a_table_has_the_values_under_the_names_of_its_fields(make: Make) -> None:
    coat = Raincoat(make(COLOUR="blue"))
    assert (coat.size, coat.colour, coat.length) == (1, "blue", 1.5)
    assert [field.key for field in Raincoat.fields()] == ["SIZE", "COLOUR", "LENGTH"]
    assert Raincoat.size.key == "SIZE"


def test_a_table_without_values_has_no_attributes() -> None:
    with pytest.raises(AttributeError, match="size"):
        _ = Coat.__new__(Coat).size


def test_two_apps_have_their_own_values(make: Make) -> None:
    assert [Coat(make(SIZE=size)).size for size in (1, 2)] == [1, 2]


def test_what_was_read_is_in_the_settings_of_the_app(make: Make) -> None:
    app = make()
    assert whole().read(app) == app.config["SIZE"] == 1


def test_a_default_may_depend_on_the_app(make: Make) -> None:
    assert text(default=lambda app: app.name).read(make()) == "shop"


@pytest.mark.parametrize("default", [REQUIRED, lambda _: REQUIRED])
def test_a_setting_that_must_be_set(make: Make, default: Any) -> None:
    with pytest.raises(SettingError) as error:
        text(default=default).read(make())
    assert str(error.value) == (
        "the setting SIZE of 'shop' is missing: expected text that is not empty; "
        "set it in the settings file, or in the environment variable SIZE"
    )
    assert text(default=default).read(make(SIZE="m")) == "m"


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        (switch(), "true", True),
        (switch(), "False", False),
        (whole(), "7", 7),
        (number(), "7.5", 7.5),
        (items(), "a, b,", ["a", "b"]),
        (items(default=("c",)), "", []),
        (object_(), '{"a": [1]}', {"a": [1]}),
        (text(), " a ", " a "),
        (text(default=REQUIRED), "a", "a"),
        (choice(), "l", "l"),
    ],
)
def test_the_field_says_how_the_environment_is_read(
    make: Make, monkeypatch: pytest.MonkeyPatch, field: Field[Any], written: str, value: object
) -> None:
    monkeypatch.setenv("SIZE", written)
    read = field.read(make())
    assert (read, type(read)) == (value, type(value))


def test_the_environment_is_asked_last(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIZE", "5")
    monkeypatch.setenv("SECRET_KEY", "abc")
    assert whole().read(make(SIZE=2)) == 2
    # Flask's own default of the key is None, which counts as not set.
    assert settings.Text("SECRET_KEY", text="").read(make()) == "abc"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (switch(), [1, 0, "true", [True]]),
        (whole(), [1.0, True, "1", math.inf]),
        (whole(at_least=2), [1, -1]),
        (whole(more_than=2), [2, 1]),
        (whole(at_least=2, at_most=4), [1, 5]),
        (number(), ["1", True, math.nan, math.inf, -math.inf, 1j]),
        (number(more_than=0), [0, -1.5]),
        (number(at_least=0, at_most=1), [-0.1, 1.1]),
        (text(), ["", 1, b"m"]),
        (text(valid=str.islower), ["M", "", 1]),
        (text(valid=lambda value: bool(int(value))), ["a", "0"]),
        (settings.Path("SIZE", "a", text=""), ["", Path("a")]),
        (choice(), ["xl", 1, "", ["s"]]),
        (items(), ["ab", {"a"}, [1], [""], ["a", None], {"a": 1}]),
        (items(each=str.islower), [["a", "B"]]),
        (items(valid=bool), [[]]),
        (object_(), [[], "{}", {1: 2}]),
        (object_(valid=bool), [{}]),
    ],
)
def test_a_wrong_value(make: Make, field: Field[Any], wrong: list[Any]) -> None:
    for value in wrong:
        with pytest.raises(SettingError) as error:
            field.read(make(SIZE=value))
        assert str(error.value) == (
            f"the setting SIZE of 'shop' is wrong: expected {field.expected}; {FILE}"
        )


@pytest.mark.parametrize(
    ("field", "right"),
    [
        (whole(at_least=2, at_most=4), [2, 4]),
        (whole(more_than=2), [3]),
        (whole(), [-1, 10**30]),
        (number(more_than=0), [1, 0.5]),
        (number(at_least=0), [0, 0.0]),
        (items(), [("a",), ["a", "b"], []]),
        (text(valid=lambda _: True), [""]),
    ],
)
def test_a_right_value(make: Make, field: Field[Any], right: list[Any]) -> None:
    for value in right:
        assert field.read(make(SIZE=value)) == value


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (switch(), "true or false"),
        (whole(), "a whole number"),
        (whole(unit="bytes", at_least=1), "a whole number of bytes, 1 or more"),
        (whole(at_least=1, at_most=65535), "a whole number from 1 to 65535"),
        (number(), "a number"),
        (number(unit="seconds", more_than=0), "seconds, more than 0"),
        (number(unit="seconds", more_than=0, at_most=60), "seconds, more than 0, at most 60"),
        (text(), "text that is not empty"),
        (text(expected="a colour"), "a colour"),
        (settings.Path("SIZE", "a", text=""), "a path"),
        (choice(), "one of s, m, l"),
        (choice(choices=("s", "m")), "s or m"),
        (items(), "a list of texts"),
        (object_(), "a JSON object"),
    ],
)
def test_what_is_expected(field: Field[Any], expected: str) -> None:
    assert field.expected == expected


@pytest.mark.parametrize("field", [whole(), number(), switch(), object_()])
def test_a_wrong_value_in_the_environment(
    make: Make, monkeypatch: pytest.MonkeyPatch, field: Field[Any]
) -> None:
    monkeypatch.setenv("SIZE", "secret")
    with pytest.raises(SettingError) as error:
        field.read(make())
    assert str(error.value) == (
        f"the setting SIZE of 'shop' is wrong: expected {field.expected}; "
        "correct the environment variable SIZE"
    )
