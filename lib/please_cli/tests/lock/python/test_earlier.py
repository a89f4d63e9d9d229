"""The versions in lock files of other tools."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import earlier

Write = Callable[..., Path]

PACKAGES = """
version = 1

[[package]]
name = "Flask_Login"
version = "0.6.3"

[[package]]
name = "numpy"
version = "1.0"

[[package]]
name = "numpy"
version = "2.0"

[[package]]
name = "shop"
source = { virtual = "." }
"""


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock"])
def test_locks_of_packages(tmp_path: Path, write: Write, name: str) -> None:
    write(tmp_path / name, PACKAGES)
    assert earlier.versions(tmp_path, "3.11.2") == {"flask-login": "0.6.3"}


def test_a_pylock(tmp_path: Path, write: Write) -> None:
    text = 'lock-version = "1.0"\n[[packages]]\nname = "flask"\nversion = "3.1.0"\n'
    write(tmp_path / "pylock.toml", text)
    assert earlier.versions(tmp_path, "3.11.2") == {"flask": "3.1.0"}


def test_a_pipfile_lock(tmp_path: Path, write: Write) -> None:
    content = {
        "_meta": {"requires": {"python_version": "3.11"}},
        "default": {"flask": {"version": "==1.0.2"}, "pyyaml": {"git": "https://example.org"}},
        "develop": {"rope": {"version": "==0.11"}},
    }
    write(tmp_path / "Pipfile.lock", json.dumps(content))
    assert earlier.versions(tmp_path, "3.11.2") == {"flask": "1.0.2", "rope": "0.11"}


def test_requirements_files_that_name_others(tmp_path: Path, write: Write) -> None:
    member = tmp_path / "src/shop"
    lines = ["-r requirements/prod.txt # all", "-c https://x/constraints.txt", "-r ../other.txt"]
    write(member / "requirements.txt", "\ufeffflask==1.0\r\n" + "\n".join(lines) + "\n")
    prod = "-rcommon.txt\n--requirement=common.txt\n-r ../requirements.txt\ngunicorn==20.0\n"
    write(member / "requirements/prod.txt", prod)
    common = "--constraint bounds.txt\nredis==4.0 \\\n    --hash=sha256:0\nsix\n"
    write(member / "requirements/common.txt", common)
    write(member / "requirements/bounds.txt", "six==1.16.0\n")
    write(tmp_path / "src/other.txt", "celery==5.0\n")
    assert earlier.versions(member, "3.11.2") == {
        "flask": "1.0",
        "gunicorn": "20.0",
        "redis": "4.0",
        "six": "1.16.0",
    }


def test_a_requirements_file_that_is_not_there(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "requirements.txt", "-r requirements/prod.txt\n")
    with pytest.raises(UserError) as caught:
        earlier.versions(tmp_path, "3.11.2")
    assert caught.value.message.startswith(f"{tmp_path / 'requirements.txt'} cannot be read: ")
    assert "requirements/prod.txt" in caught.value.message


def test_a_requirements_file(tmp_path: Path, write: Write) -> None:
    text = """\
# by hand
-c other.txt
--hash=sha256:1
Flask==3.0.0  # why
a[b]==1.0 ; python_version > "3" --hash=sha256:2
c==2.0 \\
    --hash=sha256:3
d>=1
e==1.*
f==1,!=2
g @ https://example.org/g.whl
"""
    write(tmp_path / "other.txt", "")
    write(tmp_path / "requirements.txt", text)
    assert earlier.versions(tmp_path, "3.11.2") == {"flask": "3.0.0", "a": "1.0", "c": "2.0"}


def test_the_first_of_several(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "requirements.txt", "flask==1.0\n")
    write(tmp_path / "uv.lock", PACKAGES)
    assert earlier.versions(tmp_path, "3.11.2") == {"flask-login": "0.6.3"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", 'requires-python = ">=3.12"' + PACKAGES),
        ("pdm.lock", PACKAGES + '[metadata]\nrequires_python = "==3.12.*"\n'),
        ("poetry.lock", PACKAGES + '[metadata]\npython-versions = ">=3.12,<4"\n'),
        (
            "Pipfile.lock",
            '{"_meta": {"requires": {"python_version": "3.6"}}, '
            '"default": {"flask": {"version": "==0.9"}}}',
        ),
        (
            "Pipfile.lock",
            '{"_meta": {"requires": {}}, "default": {"flask": {"version": "==0.9"}}}',
        ),
    ],
)
def test_a_file_for_another_python(tmp_path: Path, write: Write, name: str, text: str) -> None:
    write(tmp_path / name, text)
    write(tmp_path / "requirements.txt", "flask==1.0\n")
    assert earlier.versions(tmp_path, "3.11.2") == {"flask": "1.0"}


@pytest.mark.parametrize("wanted", ["*", "^3.8", ">=3.9,<4", "^3.8 || ^3.10"])
def test_what_poetry_says_of_python(tmp_path: Path, write: Write, wanted: str) -> None:
    write(tmp_path / "poetry.lock", PACKAGES + f'[metadata]\npython-versions = "{wanted}"\n')
    assert earlier.versions(tmp_path, "3.11.2") == {"flask-login": "0.6.3"}


def test_none(tmp_path: Path) -> None:
    assert earlier.versions(tmp_path, "3.11.2") == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "version ="),
        ("uv.lock", "package = 1"),
        ("poetry.lock", '[[package]]\nversion = "1"'),
        ("Pipfile.lock", "[]"),
        ("Pipfile.lock", "{"),
    ],
)
def test_a_broken_file(tmp_path: Path, write: Write, name: str, text: str) -> None:
    file = write(tmp_path / name, text)
    with pytest.raises(UserError) as raised:
        earlier.versions(tmp_path, "3.11.2")
    assert raised.value.message.startswith(f"{file} cannot be read: ")
    assert raised.value.message.endswith("; correct it, or remove it")
