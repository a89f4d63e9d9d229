"""Parts become one environment, or the build says which of them collide."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from install_wheel import install_wheel
from link_environment import link_environment
from prefix import SITE_PACKAGES
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
    print(name, sys.flags.isolated, os.environ["TZDIR"], os.environ["SSL_CERT_FILE"])
"""


class Parts:
    """Parts of an environment, in a directory of the test."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def part(self, name: str, files: Mapping[str, str]) -> Path:
        """Write a part with files in its site-packages and elsewhere."""
        for path, content in files.items():
            file = self.directory / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return self.directory / name

    def link(self, *parts: Path, launcher: str = "") -> Path:
        """Make an environment of parts around the interpreter of this test."""
        env = {
            "python": sys.base_prefix,
            "cacert": "/cacert",
            "tzdata": "/tzdata",
            "launcher": launcher,
        }
        link_environment(self.directory / "env", parts, env)
        return self.directory / "env"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def output(*command: str | Path) -> str:
    """Run a program in an empty environment and return what it prints."""
    text = subprocess.run(
        [str(word) for word in command], env={}, text=True, capture_output=True, check=True
    ).stdout
    return text.strip()


def test_a_package_of_one_part_is_one_symlink(parts: Parts) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/sample/__init__.py": "answer = 42"})
    environment = parts.link(part)
    link = environment / SITE_PACKAGES / "sample"
    assert link.readlink() == part / SITE_PACKAGES / "sample"
    assert output(environment / "bin/python", "-c", "import sample; print(sample.answer)") == "42"


def test_python_knows_its_environment(parts: Parts) -> None:
    environment = parts.link(parts.part("one", {f"{SITE_PACKAGES}/sample.py": ""}))
    printed = output(
        environment / "bin/python", "-c", "import sys; print(sys.prefix, sys.base_prefix)"
    )
    assert printed == f"{environment} {sys.base_prefix}"


def test_parts_share_directories(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/shared/a.py": "", "share/doc/one": "1"})
    two = parts.part("two", {f"{SITE_PACKAGES}/shared/b.py": "", "share/doc/two": "2"})
    environment = parts.link(one, two)
    modules = (environment / SITE_PACKAGES / "shared").iterdir()
    assert {path.name for path in modules} == {"a.py", "b.py"}
    assert {path.name for path in (environment / "share/doc").iterdir()} == {"one", "two"}


def test_the_same_content_at_one_path_is_fine(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/shared/__init__.py": "# namespace"})
    two = parts.part("two", {f"{SITE_PACKAGES}/shared/__init__.py": "# namespace"})
    environment = parts.link(one, two)
    assert (environment / SITE_PACKAGES / "shared/__init__.py").read_text() == "# namespace"


def test_different_content_at_one_path_names_both(parts: Parts) -> None:
    path = f"{SITE_PACKAGES}/shared/__init__.py"
    one, two = parts.part("one", {path: "1"}), parts.part("two", {path: "2"})
    with pytest.raises(SystemExit) as raised:
        parts.link(one, two)
    assert str(raised.value) == (
        f"error: {path} is in two packages, with different content: {one / path} and "
        f"{two / path}. An environment cannot have both: leave one out, or lock versions that do "
        "not collide."
    )


def test_a_file_where_another_part_has_a_directory(parts: Parts) -> None:
    one = parts.part("one", {f"{SITE_PACKAGES}/shared": "a file"})
    two = parts.part("two", {f"{SITE_PACKAGES}/shared/module.py": ""})
    with pytest.raises(SystemExit, match=f"{SITE_PACKAGES}/shared is in two packages"):
        parts.link(one, two)


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
    install_wheel(str(built), str(tmp_path / "part"), unzip())
    environment = parts.link(tmp_path / "part")
    for command in ("sample", "sample-gui", "script"):
        assert output(environment / "bin" / command) == f"entry point of {environment}"
    assert output(environment / "bin/shell") == "shell"


@pytest.mark.builds
def test_entry_points_of_two_parts_collide(parts: Parts, tmp_path: Path) -> None:
    names = ["one", "two"]
    for name in names:
        points = f"[console_scripts]\nserve = {name}:main\n"
        built = wheel(tmp_path, name, {f"{name}.py": ""}, entry_points=points)
        install_wheel(str(built), str(tmp_path / "parts" / name), unzip())
    with pytest.raises(SystemExit) as raised:
        parts.link(*(tmp_path / "parts" / name for name in names))
    assert "bin/serve is in two packages" in str(raised.value)
    assert all(str(tmp_path / "parts" / name) in str(raised.value) for name in names)


def test_a_launcher_serves_its_service_isolated(parts: Parts) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/backend_common/serve.py": SERVE})
    environment = parts.link(part, launcher="sample")
    assert output(environment / "bin/sample") == (
        "sample 1 /tzdata/share/zoneinfo /cacert/etc/ssl/certs/ca-bundle.crt"
    )
