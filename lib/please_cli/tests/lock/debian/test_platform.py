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
    selected, left_out = platform.select(index, Release("bookworm", components, None))
    assert left_out == {"python": {"doc"}, "bash": {"libc"}}
    assert selected["components"] == {"python": ["libc", "python"], "bash": ["bash"]}
    assert sorted(selected["packages"]) == ["bash", "libc", "python"]
    assert selected["packages"]["libc"] == {
        "version": "1",
        "file": "pool/libc.deb",
        "sha256": "sha of libc",
        "size": 7,
    }


def test_what_nothing_depends_on_cannot_be_left_out() -> None:
    components = {
        "python": {"packages": ["python"], "without": ["doc", "gcc-14-base", "arm"]},
        "bash": {"packages": ["bash"], "without": ["libc", "doc"]},
    }
    release = Release("trixie", components, None)
    left_out = [
        {"python": {"doc"}, "bash": {"libc"}},
        {"python": {"doc", "arm"}, "bash": {"libc"}},
    ]
    with pytest.raises(UserError) as caught:
        platform.check_left_out(release, left_out)
    assert caught.value.message == (
        "nix/platform/releases/trixie.toml: nothing depends on what `without` has: gcc-14-base in "
        "[python], doc in [bash]; delete these names, or correct them"
    )
    platform.check_left_out(release, [*left_out, {"python": {"gcc-14-base"}, "bash": {"doc"}}])


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
