"""pytest writes the bytecode of what it rewrites, but not into the store."""

from pathlib import Path
from types import SimpleNamespace

from _pytest.assertion import rewrite
from environment_startup import pytest_bytecode


def test_directories_are_made_outside_of_the_store(tmp_path: Path) -> None:
    module = SimpleNamespace(try_makedirs=rewrite.try_makedirs)
    pytest_bytecode.change(module)
    assert module.try_makedirs(tmp_path / "__pycache__")
    assert (tmp_path / "__pycache__").is_dir()
    assert not module.try_makedirs(Path("/nix/store/0000-plugin/__pycache__"))
