"""`please lock` asks the build backends of source distributions in the sandbox."""

import json
import subprocess
from pathlib import Path

import pytest
from checkout import append
from toolchain import build, environment, has_sandbox
from wheels import sdist, wheel

pytestmark = pytest.mark.builds

# Only who runs it knows what it requires; and it tries to leave a trace of that.
SETUP = """\
from pathlib import Path
from setuptools import setup
try:
    Path({trace!r}).touch()
except OSError:
    pass
setup(
    name="old_style",
    version="1.0",
    py_modules=["old_style"],
    install_requires=["required_" + "late"],
    extras_require={{"more": ["required_more"]}},
)
"""
MANIFEST = """\
[project]
name = "mover"
version = "1.0"
dependencies = ["old_style[more]"]
[tool.setuptools]
py-modules = ["mover"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.services]
app = "mover:app"
resolve = "old"
"""


@pytest.fixture
def directory(checkout: Path, tmp_path: Path) -> Path:
    """A service that requires `old_style`, and the directory that pip finds packages in."""
    append(checkout / "pyproject.toml", "\n[tool.services.resolves.old]\n")
    (checkout / "src/mover").mkdir()
    (checkout / "src/mover/pyproject.toml").write_text(MANIFEST)
    (checkout / "src/mover/mover.py").write_text("def app(environ, start_response): ...\n")
    links = tmp_path / "links"
    links.mkdir()
    for name in ("required_late", "required_more"):
        wheel(links, name, {f"{name}.py": ""})
    return links


def lock(checkout: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    please = build("please_cli") / "bin/please"
    variables = {"PLEASE_ROOT": str(checkout), "PIP_FIND_LINKS": str(directory)}
    return subprocess.run(
        [please, "lock"],
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_setup_py_says(checkout: Path, directory: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    files = {"setup.py": SETUP.format(trace=str(trace)), "old_style.py": ""}
    sdist(directory, "old_style", files)
    done = lock(checkout, directory)
    assert done.returncode == 0, done.stderr
    packages = json.loads((checkout / "nix/lock/python/old.json").read_text())["packages"]
    assert packages["old-style"]["requires"] == ["required-late"]
    assert packages["old-style"]["extras"] == {"more": ["required-more"]}
    assert packages["old-style"]["sdist"]["file"] == "old_style-1.0.tar.gz"
    assert trace.exists() == (not has_sandbox())


def test_a_setup_py_that_fails(checkout: Path, directory: Path) -> None:
    sdist(directory, "old_style", {"setup.py": "raise ValueError('not on a Monday')\n"})
    before = {path: path.read_bytes() for path in (checkout / "nix/lock").rglob("*.json")}
    done = lock(checkout, directory)
    assert done.returncode == 1
    first, _, rest = done.stderr.partition("error: ")[2].partition("\n")
    assert first.startswith("old-style-metadata: old_style-1.0.tar.gz does not build (see above). ")
    assert first.endswith("or lock another version.")
    assert "ValueError: not on a Monday" in rest
    assert {path: path.read_bytes() for path in (checkout / "nix/lock").rglob("*.json")} == before


LATE = """\
from setuptools import setup
try:
    import required_late
except ImportError:
    modules = []
else:
    modules = ["old_style"]
setup(
    name="old_style",
    version="1.0",
    py_modules=modules,
    setup_requires=["required_late>=1", "pytest-runner"],
)
"""


def test_what_a_setup_py_needs_to_be_built(checkout: Path, directory: Path) -> None:
    manifest = checkout / "src/mover/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("old_style[more]", "old_style"))
    sdist(directory, "old_style", {"setup.py": LATE, "old_style.py": "", "pyproject.toml": ""})
    done = lock(checkout, directory)
    assert done.returncode == 1
    assert (
        "old_style-1.0.tar.gz also requires required_late>=1 to be built, which its "
        "pyproject.toml does not say. Name that in the pyproject.toml of the workspace, in "
        '[tool.uv.extra-build-dependencies]: old-style = ["required_late>=1"]. Then run '
        "./please lock."
    ) in done.stderr
    setting = '\n[tool.uv.extra-build-dependencies]\nold-style = ["required_late>=1"]\n'
    append(checkout / "pyproject.toml", setting)
    done = lock(checkout, directory)
    assert done.returncode == 0, done.stderr
    packages = json.loads((checkout / "nix/lock/python/old.json").read_text())["packages"]
    assert packages["old-style"]["build"] == "required-late>=1, setuptools"
    variables = {"PIP_FIND_LINKS": str(directory)}
    app = build("mover", root=checkout, variables=variables)
    assert list(app.glob("lib/python*/site-packages/old_style.py"))
