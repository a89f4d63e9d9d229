"""The dist-info of a member is what the lock says."""

import json
from pathlib import Path

import pytest
import write_metadata
from prefix import SITE_PACKAGES


def test_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "a-1.dist-info/METADATA": "Name: a\n",
        "a-1.dist-info/licenses/LICENSE": "Ours \u00a9\n",
    }
    (tmp_path / "metadata.json").write_text(json.dumps(files))
    monkeypatch.setenv("metadata", str(tmp_path / "metadata.json"))
    monkeypatch.setenv("out", str(tmp_path / "out"))
    write_metadata.main()
    site = tmp_path / "out" / SITE_PACKAGES
    written = {str(path.relative_to(site)): path for path in site.rglob("*") if path.is_file()}
    assert written.keys() == files.keys() | {"a-1.dist-info/INSTALLER"}
    assert {name: written[name].read_text(encoding="utf-8") for name in files} == files
    assert written["a-1.dist-info/INSTALLER"].read_text() == "nix\n"
