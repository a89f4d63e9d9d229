from collections.abc import Callable
from pathlib import Path

import flask
import pytest
from backend_common import SettingError, create_app

Service = Callable[..., Path]


def test_the_file_beside_the_package(service: Service) -> None:
    service({"settings.py": "COLOUR = 'red'\nSIZE = 1\n"})
    app = create_app("shop", config={"SIZE": 2})
    assert isinstance(app, flask.Flask)
    assert (app.config["COLOUR"], app.config["SIZE"]) == ("red", 2)


def test_the_file_named_in_the_environment(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service({"settings.py": "COLOUR = 'red'\n"})
    (tmp_path / "other.py").write_text("COLOUR = 'blue'\n")
    monkeypatch.setenv("APP_SETTINGS", str(tmp_path / "other.py"))
    assert create_app("shop").config["COLOUR"] == "blue"


def test_the_file_in_an_installation(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (service() / "settings.py").unlink()
    installed = tmp_path / "environment" / "share" / "shop" / "settings.py"
    installed.parent.mkdir(parents=True)
    installed.write_text("COLOUR = 'green'\n")
    monkeypatch.setattr("sys.prefix", str(tmp_path / "environment"))
    assert create_app("shop").config["COLOUR"] == "green"


def test_no_file(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    beside = service() / "settings.py"
    beside.unlink()
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    with pytest.raises(SettingError) as error:
        create_app("shop")
    assert str(error.value) == (
        f"no settings file for 'shop': looked for {beside} and {tmp_path}/share/shop/settings.py; "
        "create one (an empty file will do), or name another in APP_SETTINGS"
    )


def test_the_named_file_is_not_there(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service()
    monkeypatch.setenv("APP_SETTINGS", "/nowhere/settings.py")
    with pytest.raises(SettingError, match=r"looked for /nowhere/settings\.py; create one"):
        create_app("shop")


def test_the_channel(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service()
    assert not create_app("shop").in_production
    monkeypatch.setenv("APP_CHANNEL", "production")
    assert create_app("shop").in_production
    monkeypatch.delenv("APP_CHANNEL")
    assert create_app("shop").in_production, "unless somebody asks for development"
    monkeypatch.setenv("APP_CHANNEL", "moon")
    with pytest.raises(SettingError) as error:
        create_app("shop")
    assert str(error.value) == (
        "the setting APP_CHANNEL of 'shop' is wrong: expected production or development; "
        "correct the environment variable APP_CHANNEL"
    )
