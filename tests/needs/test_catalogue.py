"""The names of servers: in manifests, in the program, in the platform."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import catalogue, servers
from needs.errors import NeedsError
from needs.server import Server
from toolchain import ROOT, evaluate

NAMES = sorted(path.stem for path in (ROOT / "nix/needs/servers").glob("*.py"))

SERVER = """
from needs.server import Server
from needs.servers.redis import Redis

class Base(Server):
    pass

class {name}(Base):
    def prepare(self): ...
    def command(self): ...
    def answers(self): ...
    def variables(self): ...
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory with further modules of servers."""
    monkeypatch.setattr(servers, "__path__", [*servers.__path__, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def refusal(name: str) -> str:
    with pytest.raises(NeedsError) as raised:
        catalogue.find(name)
    return str(raised.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_module_is_a_server(name: str) -> None:
    assert issubclass(catalogue.find(name), Server)


@pytest.mark.parametrize("name", ["shop-2", "2_shops", "Shop"])
def test_any_name_of_a_file(name: str, modules: Path) -> None:
    (modules / f"{name}.py").write_text(SERVER.format(name="Shop"))
    assert catalogue.find(name).__name__ == "Shop"


def test_the_modules_of_other_servers_are_not_imported(modules: Path) -> None:
    (modules / "broken.py").write_text("import no_such_module")
    (modules / "shop.py").write_text(SERVER.format(name="Shop"))
    catalogue.find("shop")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        catalogue.find("broken")


def test_a_module_that_is_not_there() -> None:
    assert refusal("shop") == (
        "there is no server 'shop': nix/needs/servers/shop.py does not exist."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no such class"),
        ("from needs.servers.redis import Redis", "no such class"),
        ("from needs.server import Server\nclass Shop(Server): ...", "no such class"),
        (SERVER.format(name="Shop") + SERVER.format(name="Store"), "Shop, Store"),
    ],
)
def test_a_module_with_one_server_too_few_or_too_many(text: str, found: str, modules: Path) -> None:
    (modules / "shop.py").write_text(text)
    assert refusal("shop") == (
        "nix/needs/servers/shop.py has to define one subclass of Server, with all of its abstract "
        f"methods, and defines {found}."
    )


def test_the_embedded_platform_has_every_server() -> None:
    assert evaluate("(import ./. { }).toolchain.needs.names") == NAMES


def test_a_platform_without_a_server() -> None:
    pkgs = "import ./tests/platform/stub.nix { }"
    names = evaluate(f"(import ./. {{ pkgs = {pkgs}; }}).toolchain.needs.names")
    assert {"postgresql", "rabbitmq", "redis"} <= set(names) <= set(NAMES) - {"oidc"}
