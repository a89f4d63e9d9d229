"""A member's tests run in a copy of its tests, and leave a report and a log."""

import signal
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import run_tests

ENVIRONMENT = Path(sys.prefix)
NO_TESTS = "error: src/shop has no tests: write tests/test_*.py (docs/testing.md)\n"
CHECKS = """\
import os
import signal
from pathlib import Path

def test_environment():
    assert not [name for name in os.environ if name.startswith("PYTHON")]
    assert Path(os.environ["HOME"]).is_relative_to(Path.cwd())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

def test_files_may_be_written():
    Path("tests/scratch").write_text("")
"""


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("environment", str(ENVIRONMENT))
    monkeypatch.setenv("src", str(tmp_path / "member"))
    monkeypatch.setenv("arguments", "")
    monkeypatch.setenv("paths", '["tests"]')
    monkeypatch.setenv("member", "src/shop")
    monkeypatch.setenv("expected", "tests/test_*.py")
    monkeypatch.setenv("out", str(tmp_path / "out"))
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    return tmp_path / "out"


def member(directory: Path, tests: str) -> None:
    """Write a member with one module of tests, read-only like the store's."""
    folder = directory / "member/tests"
    folder.mkdir(parents=True)
    (folder / "test_sample.py").write_text(tests)
    for path in (folder / "test_sample.py", folder, folder.parent):
        path.chmod(0o444 if path.is_file() else 0o555)


def test_success_leaves_a_report_and_a_log(out: Path, tmp_path: Path) -> None:
    member(tmp_path, CHECKS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as it is in a job in the background
    assert run_tests.main() == 0
    suite = ET.parse(out / "junit.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "0")
    assert "2 passed" in (out / "log").read_text()


@pytest.mark.usefixtures("out")
def test_links_to_what_is_not_there(tmp_path: Path) -> None:
    member(tmp_path, "import os\n\ndef test_it():\n    assert 'link' not in os.listdir('tests')\n")
    tests = tmp_path / "member/tests"
    tests.chmod(0o755)
    (tests / "link").symlink_to("nowhere")
    assert run_tests.main() == 0


@pytest.mark.usefixtures("out")
def test_tests_in_other_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    member(tmp_path, "def test_it():\n    assert False\n")
    place = tmp_path / "member"
    place.chmod(0o755)
    (place / "all tests.py").write_text("def test_all():\n    pass\n")
    monkeypatch.setenv("paths", '["all tests.py"]')
    assert run_tests.main() == 0
    assert "all tests.py ." in capfd.readouterr().out


@pytest.mark.usefixtures("out")
def test_a_place_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    member(tmp_path, "")
    monkeypatch.setenv("paths", '["tests", "shop/tests", "checks.py"]')
    assert run_tests.main() == 5
    assert capsys.readouterr().out == (
        "error: src/shop/pyproject.toml: [tool.services.tests]: paths: there is no file "
        "shop/tests, checks.py, or git does not track it: correct the path (docs/testing.md)\n"
    )


def test_failure_is_the_exit_status(out: Path, tmp_path: Path) -> None:
    member(tmp_path, "def test_sum():\n    assert 1 + 1 == 3\n")
    assert run_tests.main() == 1
    assert "1 failed" in (out / "log").read_text()


def test_no_tests_are_a_failure(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member(tmp_path, "")
    assert run_tests.main() == 5
    assert "no tests ran" in (out / "log").read_text()
    assert capsys.readouterr().out.endswith(NO_TESTS)


@pytest.mark.usefixtures("out")
def test_no_directory_of_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "member").mkdir()
    assert run_tests.main() == 5
    assert capsys.readouterr().out == NO_TESTS


def test_a_program_among_the_files_may_run(out: Path, tmp_path: Path) -> None:
    check = (
        "import os\ndef test_program(): assert os.access('tests/run.sh', os.X_OK) and not os.access"
    )
    member(tmp_path, f"{check}('tests/data', os.X_OK)\n")
    folder = tmp_path / "member/tests"
    folder.chmod(0o755)
    (folder / "run.sh").touch(mode=0o555)
    (folder / "data").touch(mode=0o444)
    assert run_tests.main() == 0, (out / "log").read_text()
