"""Files of the lock are fetched from the index that the machine's pip is configured for."""

from pathlib import Path

import pytest
from artifacts import describe, locked, publish
from checkout import edit_lock
from server import Server
from toolchain import build, build_error
from wheels import wheel

pytestmark = pytest.mark.builds


@pytest.fixture
def index(server: Server) -> dict[str, str]:
    """Variables that make the test's server the machine's index, and no other."""
    return {"PIP_INDEX_URL": f"{server.url}/simple", "PIP_CONFIG_FILE": "/dev/null"}


def unique(directory: Path, name: str) -> Path:
    """Make a wheel that is in no store yet."""
    return wheel(directory, name, {f"{name}.py": f"made_in = {str(directory)!r}\n"})


def test_a_wheel_from_an_index(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    edit_lock(checkout, lambda packages: packages.update(fetched=locked(wheel=artifact)))
    built = build("toolchain.wheels.fetched", root=checkout, variables=index)
    assert (built / "lib/python3.11/site-packages/fetched.py").is_file()


def test_a_hash_that_does_not_match(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "tampered", unique(tmp_path, "tampered"))
    server.pages[f"/files/{artifact['file']}"] += b"tampered"
    edit_lock(checkout, lambda packages: packages.update(tampered=locked(wheel=artifact)))
    message = build_error("toolchain.wheels.tampered", root=checkout, variables=index)
    assert "error: hash mismatch in fixed-output derivation" in message
    assert "tampered-1.0-py3-none-any.whl.drv" in message
    assert "specified: sha256-" in message


def test_a_file_that_the_index_does_not_have(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    publish(server, "missing", unique(tmp_path, "missing"))
    other = tmp_path / "other"
    other.mkdir()
    artifact = {**describe(unique(other, "missing")), "file": "missing-2.0-py3-none-any.whl"}
    edit_lock(checkout, lambda packages: packages.update(missing=locked(wheel=artifact)))
    message = build_error("toolchain.wheels.missing", root=checkout, variables=index)
    assert (
        "error: missing-2.0-py3-none-any.whl is not on the index that pip is configured for, "
        "project missing. Check index-url (pip config list), or run ./please lock to lock what "
        "it has."
    ) in message
