from pathlib import Path

import pytest
from please_cli.lock.python.environment import clean

SECRETS = ["DEPLOY_TOKEN", "PIP_INDEX_URL", "AWS_SECRET_ACCESS_KEY", "UV_INDEX_URL", "PYTHONPATH"]


def test_nothing_but_what_is_known_to_be_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("https_proxy", "http://caller:secret@proxy")
    monkeypatch.setenv("PATH", "/bin")
    with clean() as variables:
        assert "secret" not in "".join(variables.values())
        assert (variables["PATH"], variables["LC_ALL"]) == ("/bin", "C.UTF-8")
        home = Path(variables["HOME"])
        assert list(home.iterdir()) == []
    assert not home.exists()


@pytest.mark.parametrize(
    ("variables", "cache"),
    [
        ({"UV_CACHE_DIR": "/cache"}, "/cache"),
        ({"XDG_CACHE_HOME": "/caches"}, "/caches/uv"),
        ({"XDG_CACHE_HOME": "relative"}, "/home/caller/.cache/uv"),
        ({}, "/home/caller/.cache/uv"),
    ],
)
def test_what_requests_need(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], cache: str
) -> None:
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/caller", "HTTPS_PROXY": "http://proxy", **variables}.items():
        monkeypatch.setenv(name, value)
    with clean(network=True) as found:
        assert found["HTTPS_PROXY"] == "http://proxy"
        assert found["UV_CACHE_DIR"] == cache
        assert found["HOME"] != "/home/caller"
