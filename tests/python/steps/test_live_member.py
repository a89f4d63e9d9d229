"""Where a development shell finds the code of a member that its backend builds."""

import json
from pathlib import Path

import live_member
import pytest
from prefix import SITE_PACKAGES

LIVE = {
    "files": {
        "whole/__init__.py": "src/whole/__init__.py",
        "beside.py": "beside.py",
        "mixed/__init__.py": "mixed/__init__.py",
        "mixed/made.py": None,
    },
    "roots": {"whole": "src", "beside.py": "", "mixed": None},
}


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkout: str) -> Path:
    """Run the step, and return its output."""
    wheel = tmp_path / "wheel"
    wheel.mkdir()
    (wheel / "live.json").write_text(json.dumps(LIVE))
    variables = {"wheel": str(wheel), "directory": "src/a", "checkout": checkout}
    for name, value in {**variables, "out": str(tmp_path / "out")}.items():
        monkeypatch.setenv(name, value)
    live_member.main()
    return tmp_path / "out"


def test_directories_of_the_checkout_and_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = run(tmp_path, monkeypatch, "/checkout")
    assert (out / "roots").read_text() == "src/a\nsrc/a/src\n"
    links = {path.name: str(path.readlink()) for path in (out / "links/mixed").iterdir()}
    assert links == {
        "__init__.py": "/checkout/src/a/mixed/__init__.py",
        "made.py": f"{tmp_path}/wheel/code/{SITE_PACKAGES}/mixed/made.py",
    }
    assert [path.name for path in (out / "links").iterdir()] == ["mixed"]


def test_a_checkout_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = run(tmp_path, monkeypatch, "")
    assert (out / "roots").read_text() == "src/a\nsrc/a/src\n"
    assert all(
        link.readlink().is_relative_to(tmp_path / "wheel")
        for link in (out / "links/mixed").iterdir()
    )
