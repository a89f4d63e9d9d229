import sys

import pytest


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """An environment that says nothing, but where state may be kept."""
    for name in ("APP_CHANNEL", "APP_SETTINGS", "DATABASE_URL", "FLASK_DEBUG", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


@pytest.fixture
def service(monkeypatch, tmp_path):
    """Write the service ``shop``: its files, by their paths; return its directory."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    directory = tmp_path / "src"
    files = {"settings.py": "", "shop/__init__.py": ""}

    def write(more=()):
        for path, text in {**files, **dict(more)}.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text)
        return directory

    write()
    monkeypatch.syspath_prepend(directory)
    yield write
    for module in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[module]
