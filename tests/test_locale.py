"""The locale C.UTF-8 exists wherever Python runs, whatever the host has."""

import locale
import subprocess
from pathlib import Path

import pytest
from checkout import append
from toolchain import build, environment, run

pytestmark = pytest.mark.builds

CODE = """
import locale, sys
print(locale.setlocale(locale.LC_ALL, "C.UTF-8"), locale.nl_langinfo(locale.CODESET))
print(sys.stdout.encoding, sys.getfilesystemencoding(), "\\u00e9")
"""
EXPECTED = "C.UTF-8 UTF-8\nutf-8 utf-8 \u00e9\n"
TEST = """
import locale

def test_locale():
    assert locale.setlocale(locale.LC_ALL, "C.UTF-8") == "C.UTF-8"
    assert locale.nl_langinfo(locale.CODESET) == "UTF-8"
"""
SHELL = "python -c 'import locale; print(locale.setlocale(locale.LC_ALL, \"C.UTF-8\"))'"


@pytest.mark.parametrize("attribute", ["treestatus", "tokens.shell.environment", "please_cli"])
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LANG": "C.UTF-8"},
        {"LC_ALL": "C.UTF-8"},
        {"LANG": "de_DE.UTF-8"},
        {"LC_ALL": "POSIX"},
        {"LOCPATH": ""},
        {"LOCPATH": "/absent"},
    ],
    ids=str,
)
def test_environments(attribute: str, variables: dict[str, str]) -> None:
    python = build(attribute) / "bin/python"
    result = subprocess.run(
        [python, "-W", "error", "-c", CODE],
        env=variables,
        encoding="utf-8",
        capture_output=True,
        check=True,
    )
    assert (result.stdout, result.stderr) == (EXPECTED, "")


def test_a_process_without_a_locale_of_its_own() -> None:
    code = 'import locale; print(locale.setlocale(locale.LC_ALL, ""))'
    python = build("treestatus") / "bin/python"
    printed = subprocess.check_output([python, "-c", code], env={"LANG": "C.UTF-8"}, text=True)
    assert printed == "C.UTF-8\n"


def test_a_process_that_python_starts() -> None:
    python = build("treestatus") / "bin/python"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {CODE!r}])"
    printed = subprocess.check_output([python, "-c", code], env={}, encoding="utf-8")
    assert printed == EXPECTED


def test_locales_of_the_host_stay(tmp_path: Path) -> None:
    python = build("treestatus") / "bin/python"
    found = build("toolchain.platform.locale")
    code = "import os; print(os.environ['LOCPATH'])"
    # Once, also in a process that Python starts.
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    variables = {"LOCPATH": str(tmp_path)}
    printed = subprocess.check_output([python, "-c", nested], env=variables, text=True)
    assert printed == f"{tmp_path}:{found}\n"


def test_the_platforms_locale_is_the_environments() -> None:
    found = build("toolchain.platform.locale") / "C.utf8"
    assert (found / "LC_CTYPE").is_file()


@pytest.mark.parametrize("sandbox", ["true", "false"])
def test_tests(checkout: Path, sandbox: str) -> None:
    append(checkout / "src/tokens/tests/test_locale.py", f"{TEST}\n# sandbox = {sandbox}\n")
    config = f"{environment()['NIX_CONFIG']}\nsandbox = {sandbox}"
    output = build("tokens.tests", root=checkout, variables={"NIX_CONFIG": config})
    assert "tests/test_locale.py ." in (output / "log").read_text()


@pytest.mark.parametrize(
    ("lang", "is_set"), [("", True), ("C.UTF-8", True), ("C.utf8", True), ("de_DE.UTF-8", False)]
)
def test_shells(lang: str, is_set: bool) -> None:
    variables = {
        "NIX_BUILD_SHELL": str(build("toolchain.platform.bash") / "bin/bash"),
        **dict.fromkeys(("LC_ALL", "LC_CTYPE", "LOCPATH"), ""),
        "LANG": lang,
    }
    command = f"{SHELL}; echo ${{LOCPATH:+set}}"
    printed = run("nix-shell", "-A", "tokens", "--run", command, variables=variables).stdout
    assert printed == f"C.UTF-8\n{'set' if is_set else ''}\n"


def test_this_process() -> None:
    current = locale.setlocale(locale.LC_ALL)
    try:
        assert locale.setlocale(locale.LC_ALL, "C.UTF-8") == "C.UTF-8"
    finally:
        locale.setlocale(locale.LC_ALL, current)
