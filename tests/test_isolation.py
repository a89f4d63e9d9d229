"""An app has what it declared, and nothing of the host."""

import re
import subprocess
from pathlib import Path

import pytest
from service import migrate, serving
from toolchain import build, packages

pytestmark = pytest.mark.builds

# The path at the end of a line of /proc/<pid>/maps (proc(5)).
MAPPED = re.compile(r"^(?:\S+ +){5}(/.*)$", re.MULTILINE)


def test_what_is_not_declared_cannot_be_imported() -> None:
    tokens = build("tokens")
    result = subprocess.run(
        [tokens / "bin/python", "-c", "import kombu"],
        text=True,
        capture_output=True,
        check=False,
    )
    assert "ModuleNotFoundError: No module named 'kombu'" in result.stderr


def test_what_is_not_declared_is_not_in_the_closure() -> None:
    names = packages(build("tokens"))
    assert any(name.startswith("flask-") for name in names)
    assert not any("kombu" in name or name == "backend-common-pulse" for name in names)


def test_other_packages_do_not_leak_into_an_app(tmp_path: Path) -> None:
    user_site = tmp_path / ".local/lib/python3.11/site-packages"
    for directory in (tmp_path / "path", user_site, tmp_path / "work"):
        directory.mkdir(parents=True)
        for module in ("flask.py", "sitecustomize.py", "usercustomize.py", "tokens.py"):
            (directory / module).write_text("raise SystemExit('leaked')\n")
    variables = {"PYTHONPATH": str(tmp_path / "path"), "HOME": str(tmp_path)}
    result = subprocess.run(
        [build("tokens") / "bin/tokens", "--help"],
        cwd=tmp_path / "work",
        env=variables,
        text=True,
        capture_output=True,
        check=False,
    )
    assert "leaked" not in result.stderr
    assert "usage: tokens" in result.stdout


def test_a_running_app_maps_files_of_the_store_alone(tmp_path: Path) -> None:
    app, state = build("treestatus"), {"STATE_DIRECTORY": str(tmp_path)}
    migrate(app, "treestatus", state)
    with serving(app, "treestatus", state) as service:
        service.request("GET", "/trees")
        processes = service.processes()
        assert len(processes) > 1
        for pid in processes:
            mapped = set(MAPPED.findall(Path(f"/proc/{pid}/maps").read_text()))
            assert mapped
            own = {path for path in mapped if Path(path).is_relative_to(tmp_path)}
            own.add("/dev/zero (deleted)")  # memory that processes share; no file (proc(5))
            assert not {path for path in mapped - own if not path.startswith("/nix/store/")}
