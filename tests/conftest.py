"""Fixtures that all tests share."""

import signal
from collections.abc import Iterator
from pathlib import Path

import checkout as copies
import pytest
from server import Server, serving

# These have tests of their own.
collect_ignore = ["members/moved_in"]


def pytest_configure() -> None:
    """Hear interrupts, also in a job in the background: programs are tested for how they do."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout that a test may edit."""
    return copies.copy(tmp_path / "checkout")


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server that runs as long as the test."""
    with serving() as running:
        yield running
