"""The embedded Python has what packages of an index load by name."""

import subprocess

import pytest
from toolchain import build

pytestmark = pytest.mark.builds

# Stand-ins for modules in C: pandas imports the last of them.
MODULES = ["_py_abc", "_pydecimal", "_pyio", "zoneinfo._zoneinfo"]

# What every manylinux tag, or every one since 2.24, lets a wheel load of the C library (PEP 600).
LIBRARIES = [
    "libanl.so.1",
    "libm.so.6",
    "libmvec.so.1",
    "libnsl.so.1",
    "librt.so.1",
    "libexpat.so.1",
]


def run(program: str) -> str:
    python = build("toolchain.platform.python") / "bin/python3"
    done = subprocess.run(
        [python, "-I", "-c", program], capture_output=True, text=True, check=True, env={}
    )
    return done.stdout


@pytest.mark.parametrize("module", MODULES)
def test_a_module(module: str) -> None:
    assert run(f"import {module}; print('imported')") == "imported\n"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library(library: str) -> None:
    assert run(f"import ctypes; ctypes.CDLL({library!r}); print('loaded')") == "loaded\n"
