"""What is fetched ahead of Nix is what Nix would have fetched."""

import hashlib
from pathlib import Path

import pytest
from please_cli import nix, prefetch

PLAN = """\
these 3 derivations will be built:
  /nix/store/8wrq15jy3mncjl59yp8476sl7r6q74d8-deb-libc6_2.36-9+deb12u14_amd64.deb.drv
  /nix/store/0mwxmm9s9pxz5x6pqfvr4wgnlsvampx2-upstream-flask-3.1.3-py3-none-any.whl.drv
  /nix/store/88k728wpfcrcl1axrbb55zh5vfwxn08h-flask-3.1.3.drv
"""


def download(name: str, content: bytes) -> prefetch.Download:
    return {"name": name, "url": "http://x", "sha256": hashlib.sha256(content).hexdigest()}


def test_a_file_is_whole_when_it_is_the_locked_one(tmp_path: Path) -> None:
    (tmp_path / "upstream-a").write_bytes(b"a")
    assert prefetch.is_whole(download("upstream-a", b"a"), tmp_path)
    assert not prefetch.is_whole(download("upstream-a", b"b"), tmp_path)
    assert not prefetch.is_whole(download("upstream-b", b"b"), tmp_path)


def test_a_few_files_are_left_to_nix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(nix, "plan", lambda *_: PLAN)
    monkeypatch.setattr(nix, "evaluate", lambda *_: pytest.fail("nothing is to be fetched"))
    assert prefetch.prefetch(tmp_path, ["door"]) == 0


def test_the_files_among_the_builds() -> None:
    assert prefetch.needed_files(PLAN) == {
        "deb-libc6_2.36-9+deb12u14_amd64.deb",
        "upstream-flask-3.1.3-py3-none-any.whl",
    }
