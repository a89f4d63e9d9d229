from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from running import Address, Running

Serve = Callable[..., Running]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve a service with the given `flask.py`; every process ends with the test."""
    servers: list[Running] = []

    def start(code: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Running:
        (tmp_path / "shop").mkdir(exist_ok=True)
        (tmp_path / "shop/__init__.py").touch()
        (tmp_path / "shop/flask.py").write_text(code)
        arguments = arguments or ("--port", "0")
        servers.append(Running(tmp_path, *arguments, variables=variables))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="module")
def module_serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Address]]:
    """Serve a service for all tests of a module."""
    servers: list[Running] = []

    def start(code: str) -> Address:
        directory = tmp_path_factory.mktemp("service")
        (directory / "shop").mkdir()
        (directory / "shop/__init__.py").touch()
        (directory / "shop/flask.py").write_text(code)
        servers.append(Running(directory, "--port", "0"))
        return servers[-1].address

    yield start
    for server in servers:
        server.kill()
