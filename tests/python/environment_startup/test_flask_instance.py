"""Flask's default instance folder is never in the store, whatever version finds it."""

from types import ModuleType
from typing import Any

import pytest
from environment_startup import flask_instance

FLASK_3 = "flask.sansio.app", "App"
FLASK_2 = "flask.app", "Flask"


def module(name: str, attribute: str, value: type) -> Any:
    """Return a module of Flask's with a class of applications."""
    made = ModuleType(name)
    setattr(made, attribute, value)
    return made


def application(path: str) -> type:
    """Return a class of applications whose instance folder is found to be a path."""
    return type("App", (), {"name": "flaskr", "auto_find_instance_path": lambda _: path})


@pytest.fixture(autouse=True)
def _state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/flaskr")


@pytest.mark.parametrize("version", [FLASK_3, FLASK_2], ids=["Flask 3", "Flask 2"])
def test_a_folder_in_the_store_becomes_the_state_directory(version: tuple[str, str]) -> None:
    owner = application("/nix/store/0000-flaskr/var/flaskr-instance")
    flask_instance.change(module(*version, owner))
    assert owner().auto_find_instance_path() == "/var/lib/flaskr"


def test_another_folder_stays() -> None:
    owner = application("/srv/checkout/instance")
    flask_instance.change(module(*FLASK_3, owner))
    assert owner().auto_find_instance_path() == "/srv/checkout/instance"


def test_a_class_that_inherits_the_method_is_left_alone() -> None:
    inherits = type("Flask", (application("/nix/store/0000-flaskr/var"),), {})
    flask_instance.change(module(*FLASK_2, inherits))
    assert "auto_find_instance_path" not in vars(inherits)
