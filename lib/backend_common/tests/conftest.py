import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

Service = Callable[..., Path]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that says nothing, but where state may be kept."""
    for name in ("APP_CHANNEL", "APP_SETTINGS", "DATABASE_URL", "FLASK_DEBUG", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
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
