"""The host of pip's files is found in pip, or the build says that it is not."""

import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT

INDEX = "pip/_internal/models/index.py"


def find(pip: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run the step on a pip whose index.py has a text; its output is pip/../out."""
    (pip / INDEX).parent.mkdir(parents=True)
    (pip / INDEX).write_text(text)
    variables = {"PATH": "/usr/bin:/bin", "pip": str(pip), "out": str(pip.parent / "out")}
    command = ["sh", str(ROOT / "nix/python/file_host.sh")]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("separator", [", ", ",\n    "])
def test_the_default_index_is_asked(tmp_path: Path, separator: str) -> None:
    calls = [
        f'{name} = PackageIndex("https://{host}/"{separator}file_storage_domain="{host}")\n'
        for name, host in [("TestPyPI", "test.example"), ("PyPI", "files.example")]
    ]
    assert find(tmp_path / "pip", "".join(["x = 1\n", *calls])).returncode == 0
    assert (tmp_path / "out").read_text() == "files.example\n"


def test_another_pip(tmp_path: Path) -> None:
    done = find(tmp_path / "pip", "PyPI = None\n")
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}/pip/{INDEX} names no file host: this pip is not the one that "
        "nix/python/file_host.sh was made for\n"
    )
    assert not (tmp_path / "out").exists()
