from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import platform
from please_cli.lock.debian.index import Index, Package
from please_cli.lock.debian.releases import Release


def package(name: str, *needs: str, version: str = "1") -> Package:
    return Package(name, version, f"pool/{name}.deb", f"sha of {name}", 7, needs, ())


def test_a_component_is_a_closure() -> None:
    index = Index([package("python", "libc"), package("libc", "doc"), package("bash", "libc")])
    components = {
        "python": {"packages": ["python"], "without": ["doc"]},
        "bash": {"packages": ["bash"], "without": ["libc"]},
    }
    selected = platform.select(index, Release("bookworm", components, None))
    assert selected["components"] == {"python": ["libc", "python"], "bash": ["bash"]}
    assert sorted(selected["packages"]) == ["bash", "libc", "python"]
    assert selected["packages"]["libc"] == {
        "version": "1",
        "file": "pool/libc.deb",
        "sha256": "sha of libc",
        "size": 7,
    }


def test_the_snapshot_is_one_that_has_what_was_published() -> None:
    published = datetime(2026, 2, 28, 9, 58, 1, tzinfo=UTC)
    assert platform.snapshot(published) == "20260301T095801Z"


def test_every_system_is_locked_for() -> None:
    assert platform.ARCHITECTURES == {"aarch64-linux": "arm64", "x86_64-linux": "amd64"}


def test_versions() -> None:
    def system(version: str) -> dict[str, object]:
        return {"packages": {"bash": {"version": version}, "libc6": {"version": "2.36"}}}

    lock = {"systems": {"aarch64-linux": system("5.2+b13"), "x86_64-linux": system("5.2+b12")}}
    assert platform.versions(lock) == {"bash": "5.2+b12/5.2+b13", "libc6": "2.36"}
    assert platform.versions({}) == {}


def test_a_lock_of_another_shape(tmp_path: Path, write: Callable[..., Path]) -> None:
    for malformed in ('{"systems": []}', '{"systems": {"x86_64-linux": {}}}'):
        path = write(tmp_path / "nix/lock/debian/bookworm.json", malformed)
        with pytest.raises(UserError) as caught:
            platform.lockfile("bookworm").read(tmp_path)
        assert caught.value.message == (
            f"{path}: not a lock file: its entries have another shape; restore it (git checkout "
            "HEAD -- nix/lock/debian/bookworm.json), then run `./please lock --platform`"
        )
