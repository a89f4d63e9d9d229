"""A source tree says which backend builds it; PEP 517 says which one does when it is silent."""

from pathlib import Path

import pytest
from build_backend import build_hooks
from pyproject_hooks import BackendUnavailable


def test_the_backend_of_the_manifest(tmp_path: Path) -> None:
    hooks = build_hooks(tmp_path, {"build-system": {"build-backend": "nowhere.to:be.found"}})
    with pytest.raises(BackendUnavailable) as raised:
        hooks.get_requires_for_build_wheel()
    assert raised.value.backend_name == "nowhere.to:be.found"


def test_setuptools_without_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='sample')\n")
    (tmp_path / "built").mkdir()
    hooks = build_hooks(tmp_path, {})
    name = hooks.prepare_metadata_for_build_wheel(str(tmp_path / "built"))
    assert name == "sample-0.0.0.dist-info"
