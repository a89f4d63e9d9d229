"""Entry points become paths and lines of Python only if they are names."""

from pathlib import Path

import pytest
from entry_points import EntryPoint, EntryPointError, read_scripts


def read(directory: Path, content: str | bytes) -> dict[str, EntryPoint]:
    """Read an entry_points.txt."""
    file = directory / "entry_points.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_scripts(directory)


def test_no_entry_points(tmp_path: Path) -> None:
    assert read_scripts(tmp_path) == {}


def test_scripts_of_both_groups(tmp_path: Path) -> None:
    content = """\
# a comment
[console_scripts]
Sample.tool-3:x = sample.cli : main
  indented=sample:Class.method [extra]
twice = sample:one
twice = sample:two

[gui_scripts]
window = sample:\u00e9t\u00e9
[other]
../anything = ;import os
%name = %(value)s
[DEFAULT]
default = sample
"""
    assert read(tmp_path, b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()) == {
        "Sample.tool-3:x": EntryPoint("sample.cli", "main"),
        "indented": EntryPoint("sample", "Class.method"),
        "twice": EntryPoint("sample", "two"),
        "window": EntryPoint("sample", "\u00e9t\u00e9"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "/tmp/escaped",
        "../escaped",
        "a/b",
        "a\\b",
        ".",
        "..",
        "a b",
        "a\tb",
        "a\0b",
        "\x7f",
        "x" * 256,
    ],
)
@pytest.mark.parametrize("group", ["console_scripts", "gui_scripts"])
def test_names_that_are_no_file_names(tmp_path: Path, group: str, name: str) -> None:
    with pytest.raises(EntryPointError) as raised:
        read(tmp_path, f"[{group}]\n{name} = sample:main\n")
    assert str(raised.value) == f"a script cannot have the name {name!a}"


def test_an_empty_name(tmp_path: Path) -> None:
    with pytest.raises(EntryPointError):
        read(tmp_path, "[console_scripts]\n = sample:main\n")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":main",
        "sample:",
        "sample:main()",
        "sample:main;print()",
        "sample.class:main",
        "sample:import",
        "sample..cli:main",
        "sample:main:main",
        "sample main:main",
        "1sample:main",
        "os, sys:main",
        "sample:main [extra",
        "../sample:main",
    ],
)
def test_values_that_are_no_callables(tmp_path: Path, value: str) -> None:
    with pytest.raises(EntryPointError) as raised:
        read(tmp_path, f"[console_scripts]\nsample = {value}\n")
    assert str(raised.value) == f"the script sample is {value!a} in place of module:callable"


@pytest.mark.parametrize("value", ["sample", "sample.cli", "sample [extra]"])
def test_a_module_without_a_callable(tmp_path: Path, value: str) -> None:
    with pytest.raises(EntryPointError) as raised:
        read(tmp_path, f"[gui_scripts]\nsample = {value}\n")
    assert str(raised.value) == f"the script sample is {value!a}, a module without a callable"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("sample = sample:main\n", "File contains no section headers."),
        ("[console_scripts]\nsample\n", "Source contains parsing errors: 'entry_points.txt'"),
        (b"[console_scripts]\n\xff = a:b\n", "'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_file_that_is_broken(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(EntryPointError) as raised:
        read(tmp_path, content)
    assert str(raised.value).startswith(reason)
    assert "\n" not in str(raised.value)
