"""The host of pip's files is found in pip, or the build says that it is not."""

import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT


def find(directory: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run the step on an index.py that has a text; its output is `out`."""
    (directory / "index.py").write_text(text)
    paths = {"pipIndex": str(directory / "index.py"), "out": str(directory / "out")}
    variables = {"PATH": "/usr/bin:/bin", **paths}
    command = ["sh", str(ROOT / "nix/python/fetch/file_host.sh")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("separator", [", ", ",\n    "])
def test_the_default_index_is_asked(tmp_path: Path, separator: str) -> None:
    calls = [
        f'{name} = PackageIndex("https://{host}/"{separator}file_storage_domain="{host}")\n'
        for name, host in [("TestPyPI", "test.example"), ("PyPI", "files.example")]
    ]
    assert find(tmp_path, "".join(["x = 1\n", *calls])).returncode == 0
    assert (tmp_path / "out").read_text() == "files.example\n"


def test_another_pip(tmp_path: Path) -> None:
    done = find(tmp_path, "PyPI = None\n")
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}/index.py names no file host: this pip is not the one that "
        "nix/python/fetch/file_host.sh was made for\n"
    )
    assert not (tmp_path / "out").exists()
