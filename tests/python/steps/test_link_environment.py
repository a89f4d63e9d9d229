"""Parts become one environment, which has files of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from bytecode import compile_tree
from install_wheel import install_wheel
from parts import Parts, output
from prefix import PROGRAM, SITE_PACKAGES
from wheels import unzip, wheel

POINTS = """\
[console_scripts]
sample = sample:main

[gui_scripts]
sample-gui = sample:main
"""
# Stands for backend_common's module of that name.
SERVE = """\
import os, sys

def main(name):
    variables = [os.environ[name] for name in ("TZDIR", "SSL_CERT_FILE", "LOCPATH")]
    print(name, sys.flags.isolated, *variables)
"""


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def test_python_knows_its_environment(parts: Parts) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/sample.py": ""})
    environment = parts.link(part)
    code = "import sys; print(sys.prefix, sys.prefix != sys.base_prefix)"
    assert output(environment / "bin/python", "-c", code) == f"{environment} True"


def test_an_environment_of_nothing(parts: Parts) -> None:
    environment = parts.link(parts.part("one", {"share/doc/one": ""}))
    for name in ("python", "python3", PROGRAM):
        assert output(environment / "bin" / name, "-c", "print(1)") == "1"


@pytest.mark.builds
def test_scripts_and_entry_points_run(parts: Parts, tmp_path: Path) -> None:
    built = wheel(
        tmp_path,
        "sample",
        {
            "sample.py": "import sys\ndef main():\n    print('entry point of', sys.prefix)\n",
            "sample-1.0.data/scripts/script": "#!python\nimport sample\nsample.main()\n",
            "sample-1.0.data/scripts/shell": "#!/bin/sh\necho shell\n",
        },
        entry_points=POINTS,
    )
    install_wheel(str(built), str(tmp_path / "sample"), unzip(), print)
    environment = parts.link(parts.part("sample", {}))
    for command in ("sample", "sample-gui", "script"):
        assert output(environment / "bin" / command) == f"entry point of {environment}"
    assert output(environment / "bin/shell") == "shell"


def test_a_launcher_serves_its_service_isolated(parts: Parts) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/backend_common/serve.py": SERVE})
    environment = parts.link(part, launcher="sample")
    assert output(environment / "bin/sample") == (
        "sample 1 /tzdata/share/zoneinfo /cacert/etc/ssl/certs/ca-bundle.crt /locale"
    )


def test_a_service_without_backend_common_is_served_by_serving(parts: Parts) -> None:
    serving = parts.part("one", {f"{SITE_PACKAGES}/serving/command.py": SERVE})
    assert output(parts.link(serving, launcher="sample") / "bin/sample").startswith("sample 1")


def test_a_service_with_backend_common_is_served_by_it(parts: Parts) -> None:
    serving = parts.part("one", {f"{SITE_PACKAGES}/serving/command.py": SERVE})
    both = parts.part("two", {f"{SITE_PACKAGES}/backend_common/serve.py": "main = print\n"})
    assert output(parts.link(serving, both, launcher="sample") / "bin/sample") == "sample"


def test_programs_that_are_borrowed(parts: Parts) -> None:
    """They have modules of their own, then those of the environment, which has none of theirs."""
    site = f"{SITE_PACKAGES}"
    check = "import common, own\n\n\ndef main():\n    print(common.version, own.version)\n"
    tool = parts.part(
        "tool",
        {**points("check", "tool:main"), f"{site}/tool.py": check, "bin/fast": "#!/bin/sh\n"},
    )
    common = parts.part(
        "common", {**points("sample", "os:getcwd"), f"{site}/common.py": "version = 2"}
    )
    app = {f"{site}/common.py": "version = 1", f"{site}/own.py": "version = 3"}
    own = parts.part("own", {**app, **points("sample", "own:main")})
    environment = parts.link(own, borrowed=[tool, common, parts.part("bare", {"share/bare": ""})])
    assert output(environment / "bin/check") == "2 3"
    assert (environment / "bin/fast").is_symlink()
    assert "from own import main" in (environment / "bin/sample").read_text()
    code = "import importlib.util as i; print(i.find_spec('tool'))"
    assert output(environment / "bin/python", "-c", code) == "None"


def points(name: str, value: str) -> dict[str, str]:
    """Return the files of a part that declares one script."""
    path = f"{SITE_PACKAGES}/part-1.0.dist-info/entry_points.txt"
    return {path: f"[console_scripts]\n{name} = {value}\n"}


def test_a_launcher_goes_before_a_script_of_a_dependency(parts: Parts) -> None:
    serve = parts.part("one", {f"{SITE_PACKAGES}/backend_common/serve.py": SERVE})
    other = parts.part("two", points("sample", "os:getcwd"))
    assert output(parts.link(serve, other, launcher="sample") / "bin/sample").startswith("sample 1")


def test_a_service_with_a_script_of_its_name(parts: Parts) -> None:
    part = parts.part("one", points("sample", "os:getcwd"), is_root=True)
    with pytest.raises(SystemExit) as raised:
        parts.link(part, launcher="sample")
    assert str(raised.value) == (
        "error: the service sample has a script of its own, sample, and the one that serves it: "
        'write command = "sample-server" in [tool.services] of src/sample/pyproject.toml, or name '
        "its own otherwise."
    )


def test_a_service_with_a_script_of_its_name_and_another_command(parts: Parts) -> None:
    server = parts.part("one", {f"{SITE_PACKAGES}/serving/command.py": SERVE})
    own = parts.part("two", points("sample", "os:getcwd"), is_root=True)
    environment = parts.link(server, own, launcher="sample", command="sample-server")
    assert output(environment / "bin/sample-server").startswith("sample 1")
    assert "from os import getcwd" in (environment / "bin/sample").read_text()


@pytest.mark.parametrize(
    "path",
    [
        "pyvenv.cfg",
        "bin/python3",
        f"{SITE_PACKAGES}/sitecustomize.py",
        f"{SITE_PACKAGES}/sitecustomize/__init__.py",
    ],
)
def test_what_an_environment_has_itself(parts: Parts, path: str) -> None:
    part = parts.part("one", {path: ""})
    with pytest.raises(SystemExit) as raised:
        parts.link(part)
    assert str(raised.value) == (
        f"error: {path.removesuffix('/__init__.py')} of one 1.0 is in the place of the "
        "environment's own: leave the package out, or lock another version. A module that is to "
        "be imported at every start can be named in a .pth file."
    )
    assert (part.path / path).read_text() == ""


def test_an_entry_point_named_like_the_interpreter(parts: Parts) -> None:
    with pytest.raises(SystemExit, match=r"^error: bin/python of one 1\.0 is in the place of "):
        parts.link(parts.part("one", points("python", "os:getcwd")))


def test_a_service_that_nothing_serves(parts: Parts) -> None:
    environment = parts.link(parts.part("one", {"share/doc/one": ""}), launcher="sample")
    done = subprocess.run([environment / "bin/sample"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "error: nothing serves sample: the workspace has no lib/serving. Serve sample.flask:app "
        "with another WSGI server.\n",
    )


@pytest.mark.parametrize("name", ["python", "python3"])
def test_a_service_named_like_the_interpreter(parts: Parts, name: str) -> None:
    interpreter = Path(sys.base_prefix, "bin", PROGRAM)
    before = interpreter.stat()
    with pytest.raises(SystemExit) as raised:
        parts.link(parts.part("one", {"share/doc/one": ""}), launcher=name)
    assert str(raised.value) == (
        f"error: the command of the service {name} would be in the place of the interpreter, "
        f"bin/{name}: name the command otherwise (src/{name}/pyproject.toml, [tool.services] "
        "command)."
    )
    assert interpreter.stat().st_mtime_ns == before.st_mtime_ns


def test_only_the_changes_of_packages_that_are_there(parts: Parts) -> None:
    flask = parts.part("flask", {f"{SITE_PACKAGES}/flask/__init__.py": ""})
    site_customize = parts.link(flask) / SITE_PACKAGES / "sitecustomize.py"
    call = "environment_startup.start(['flask.app', 'flask.cli', 'flask.sansio.app'])\n"
    assert call in site_customize.read_text()


def test_bytecode_of_shared_directories_is_linked_file_by_file(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/one.py": ""})
    two = parts.part("two", {f"{SITE_PACKAGES}/package/two.py": ""})
    for part in (one, two):
        assert compile_tree(part.path)
    site = parts.link(one, two) / SITE_PACKAGES
    assert not (site / "__pycache__").is_symlink()
    cached = site / "__pycache__/one.cpython-311.pyc"
    assert cached.readlink() == one.path / SITE_PACKAGES / "__pycache__/one.cpython-311.pyc"
    assert (site / "package").is_symlink()


def test_bytecode_that_belongs_to_no_module_is_left_out(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/__pycache__/gone.cpython-39.pyc": ""})
    two = parts.part("two", {f"{SITE_PACKAGES}/__pycache__/gone.cpython-39.pyc": "other"})
    site = parts.link(one, two) / SITE_PACKAGES
    assert {path.name.split(".")[0] for path in (site / "__pycache__").iterdir()} == {
        "sitecustomize"
    }
