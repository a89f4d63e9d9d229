"""A source tree says which backend builds it; PEP 517 says which one does when it is silent."""

from pathlib import Path
from typing import Any

import pytest
from build_backend import BackendError, BackendUnavailableError, call_hook

HOOK = "prepare_metadata_for_build_wheel"


def in_tree(source: Path, code: str) -> dict[str, Any]:
    """Write a backend into a source tree; return the manifest that names it."""
    (source / "building").mkdir()
    (source / "building/backend.py").write_text(code)
    return {"build-system": {"build-backend": "backend:hooks", "backend-path": ["building"]}}


def test_the_backend_of_the_manifest(tmp_path: Path) -> None:
    manifest = {"build-system": {"build-backend": "nowhere.to:be.found"}}
    with pytest.raises(BackendUnavailableError, match=r"^nowhere\.to:be\.found$"):
        call_hook(tmp_path, manifest, HOOK, tmp_path)


def test_setuptools_without_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='sample')\n")
    built = tmp_path / "built"
    built.mkdir()
    assert call_hook(tmp_path, {}, HOOK, built) == "sample-0.0.0.dist-info"
    assert (built / "sample-0.0.0.dist-info/METADATA").is_file()


def test_a_hook_runs_in_the_source_tree(tmp_path: Path) -> None:
    manifest = in_tree(
        tmp_path,
        "import os\n"
        "class hooks:\n"
        f"    def {HOOK}(directory):\n"
        "        return os.getcwd() + ' ' + directory\n",
    )
    assert call_hook(tmp_path, manifest, HOOK, tmp_path / "to") == f"{tmp_path} {tmp_path}/to"


@pytest.mark.parametrize(
    "how", ["raise ValueError('as it is')", "import sys; sys.exit('as it is')"]
)
def test_a_hook_that_fails_is_quoted(tmp_path: Path, how: str) -> None:
    code = f"class hooks:\n    def {HOOK}(directory):\n        print('first')\n        {how}\n"
    manifest = in_tree(tmp_path, code)
    with pytest.raises(BackendError) as raised:
        call_hook(tmp_path, manifest, HOOK, tmp_path)
    assert str(raised.value).startswith("first\nTraceback ")
    assert "as it is" in str(raised.value)


def test_what_a_hook_runs_is_quoted(tmp_path: Path) -> None:
    code = (
        "import os\n"
        f"class hooks:\n    def {HOOK}(directory):\n        os.system('echo child'); os._exit(3)\n"
    )
    manifest = in_tree(tmp_path, code)
    with pytest.raises(BackendError, match="child"):
        call_hook(tmp_path, manifest, HOOK, tmp_path)
