"""Services may write where backend_common says so, whether they have it or not."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from environment_startup import state
from toolchain import ROOT


def places() -> Any:
    """Return the module backend_common.places, without the package, which needs Flask."""
    path = ROOT / "lib/backend_common/backend_common/core/places.py"
    spec = importlib.util.spec_from_file_location("places", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("given", [None, "", "/run/a", "/run/a:/run/b", "here"])
@pytest.mark.parametrize("base", [None, "", "relative", "/state"])
@pytest.mark.parametrize("home", ["/home/me", "/root", ""])
def test_the_rule_is_that_of_backend_common(
    given: str | None, base: str | None, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"STATE_DIRECTORY": given, "XDG_STATE_HOME": base, "HOME": home}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert Path(state.directory("shop")) == places().state("shop")
