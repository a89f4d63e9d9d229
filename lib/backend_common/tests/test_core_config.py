from collections.abc import Callable
from typing import Any

import flask
import pytest
from backend_common.core.app import Application
from backend_common.core.config import Config

CHANGES: dict[str, Callable[[Config], Any]] = {
    "item": lambda config: config.__setitem__("A", 2),
    "deletion": lambda config: config.__delitem__("A"),
    "update": lambda config: config.update(A=2),
    "union": lambda config: config.__ior__({"A": 2}),
    "default": lambda config: config.setdefault("B", 2),
    "pop": lambda config: config.pop("A"),
    "popitem": lambda config: config.popitem(),
    "clear": lambda config: config.clear(),
    "mapping": lambda config: config.from_mapping(A=2),
    "object": lambda config: config.from_object(type("Settings", (), {"A": 2})),
    "environment": lambda config: config.from_prefixed_env("PREFIX"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFIX_A", "2")
    config = Config(".", {"A": 1})
    before = config.changes
    CHANGES[name](config)
    assert config.changes > before
    assert config != {"A": 1}


def test_no_method_that_changes_a_dictionary_is_forgotten() -> None:
    """What a dictionary has and a read-only mapping has not, but what makes another one."""
    reading = {"__class_getitem__", "__or__", "__ror__", "__reversed__", "copy", "fromkeys"}
    dictionary = {name for name in vars(dict) if callable(getattr(dict, name))}
    counted = {name for name, value in vars(Config).items() if hasattr(value, "__wrapped__")}
    frozen = set(dir(frozenset)) | {"__getitem__", "get", "items", "keys", "values", "__init__"}
    assert dictionary - frozen - reading == counted


def test_looking_is_no_change() -> None:
    config = Config(".", {"A": 1})
    before = config.changes
    assert (config["A"], config.get("B"), list(config), "A" in config) == (1, None, ["A"], True)
    assert config.changes == before


def test_a_change_that_fails_is_told_as_it_is() -> None:
    with pytest.raises(KeyError, match="B"):
        del Config(".")["B"]


def test_every_application_has_it() -> None:
    assert isinstance(Application("shop").config, Config)
    assert issubclass(Config, flask.Config)
