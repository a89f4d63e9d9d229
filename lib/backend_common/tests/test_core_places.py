from collections.abc import Callable
from pathlib import Path

import pytest
from backend_common import create_app
from backend_common.core import places

Service = Callable[..., Path]


def test_state_of_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two")
    assert places.state("shop") == Path("/var/lib/one")


@pytest.mark.parametrize(
    ("given", "expected"), [("/state", "/state/shop"), ("relative", "/home/me/.local/state/shop")]
)
def test_state_of_a_user(monkeypatch: pytest.MonkeyPatch, given: str, expected: str) -> None:
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_STATE_HOME", given)
    assert places.state("shop") == Path(expected)


def test_state_is_the_instance_path_and_not_created(service: Service, tmp_path: Path) -> None:
    service()
    assert create_app("shop").instance_path == str(tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_migrations(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    directory = service()
    package = str(directory / "shop")
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert places.migrations("shop", package) == directory / "migrations"
    installed = tmp_path / "share" / "shop" / "migrations"
    installed.mkdir(parents=True)
    assert places.migrations("shop", package) == installed
    (directory / "migrations").mkdir()
    assert places.migrations("shop", package) == directory / "migrations"
