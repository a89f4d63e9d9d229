import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from backend_common import EXTENSIONS

Service = Callable[..., Path]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--extension",
        action="append",
        choices=EXTENSIONS,
        help="hold this extension alone to the contract, where only its extra is installed",
    )


@pytest.fixture(scope="session")
def given() -> Mapping[str, str]:
    """The environment that the tests were started in: it says where real servers are."""
    return MappingProxyType(dict(os.environ))


@pytest.fixture(autouse=True)
def environment(given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment with a channel and a place for state, and nothing else of the library's."""
    prefixes = ("APP_", "FLASK_", "HEARTBEAT_", "DATABASE_", "XDG_STATE_HOME")
    extensions = tuple(f"{name.upper()}_" for name in EXTENSIONS)
    for name in given:
        if name.startswith((*prefixes, *extensions)):
            monkeypatch.delenv(name)
    monkeypatch.setenv("APP_CHANNEL", "development")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    """Write the service ``shop``: its files, by their paths; return its directory."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    directory = tmp_path / "src"
    files = {"settings.py": "", "shop/__init__.py": ""}

    def write(more: Mapping[str, str] = MappingProxyType({})) -> Path:
        for path, text in {**files, **more}.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text)
        return directory

    write()
    monkeypatch.syspath_prepend(directory)
    yield write
    for module in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[module]
