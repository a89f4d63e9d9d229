"""Fixtures that all tests share."""

from pathlib import Path

import checkout as copies
import pytest


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that a test may edit."""
    return copies.copy(tmp_path / "checkout")
