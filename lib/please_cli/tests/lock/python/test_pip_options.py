"""pip reads its configuration; each file and variable that its documentation names is one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import pip_options

Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any configuration of pip."""
    for name in ("PIP_CONFIG_FILE", "PIP_INDEX_URL", "XDG_CONFIG_HOME", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{tmp_path}/xdg/a:{tmp_path}/xdg/b")
    return tmp_path


def test_the_file_that_wins(home: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [
        "xdg/a/pip/pip.conf",
        "xdg/b/pip/pip.conf",
        "home/.pip/pip.conf",
        "home/.config/pip/pip.conf",
        "venv/pip.conf",
    ]
    monkeypatch.setenv("VIRTUAL_ENV", str(home / "venv"))
    for place in places:
        write(home / place, f"[global]\nindex-url = https://{place}\n")
        assert pip_options.read().index_url == f"https://{place}"
    named = write(home / "named.conf", "[install]\nindex_url: https://named\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(named))
    assert pip_options.read().index_url == "https://named"
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable")
    assert pip_options.read().index_url == "https://variable"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index-url = https://user:pa55@h/s\n", ""),
        ("[global]\nno-index = https://user:pa55@h/s\n", "https://****@h/s is not a valid value"),
        ("[global]\ntimeout = https://user:pa55@h/s\n", "'https://****@h/s'"),
    ],
)
def test_a_configuration_that_pip_cannot_read(
    home: Path, write: Write, text: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write(home / "home/.config/pip/pip.conf", text)
    with pytest.raises(UserError) as caught:
        pip_options.read()
    assert caught.value.message.startswith("pip cannot read its configuration: ")
    assert said in caught.value.message
    assert caught.value.message.endswith("; correct it (`pip config debug` lists the files)")
    assert "pa55" not in caught.value.message
    assert "pa55" not in "".join(capfd.readouterr())
