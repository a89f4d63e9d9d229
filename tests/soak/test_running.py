"""Running a campaign: with a command `needs` of the test's own that starts no servers."""

import os
from pathlib import Path

import pytest

from . import running
from .campaign import Campaign, Tally
from .errors import SoakError

CAMPAIGN = Campaign("requests", {"failed": 0}, ["redis"])
NEEDS = """\
#!/bin/sh
[ "$1" = run ] || exit 0
shift 2
exec "$@"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without campaigns, and `needs` on the path."""
    program = tmp_path / "bin/needs"
    program.parent.mkdir()
    program.write_text(NEEDS)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("NEEDS_SERVERS", "redis=/redis postgresql=/postgresql")
    (tmp_path / "checkout/src/shop").mkdir(parents=True)
    (tmp_path / "checkout/tests/soak/some").mkdir(parents=True)
    return tmp_path / "checkout"


def run(root: Path, code: str) -> Tally:
    """Run a campaign of some code; its directory is beside the checkout."""
    (root / "tests/soak/some/__main__.py").write_text(code)
    return running.run("some", CAMPAIGN, 0.5, root, root.parent / "some")


def test_every_campaign_is_found_and_has_a_mark() -> None:
    found = running.find()
    assert {"malformed", "pulse", "restart", "slow"} <= found.keys()
    assert all(campaign.mark for campaign in found.values())


def test_a_campaign_without_servers_needs_none(root: Path) -> None:
    (root.parent / "bin/needs").write_text("#!/bin/sh\nexit 1\n")
    code = 'print(\'{"tried": 1, "planned": 1, "counts": {}}\')'
    (root / "tests/soak/some/__main__.py").write_text(code)
    campaign = Campaign("requests", {}, [])
    assert running.run("some", campaign, 1, root, root.parent / "some").tried == 1


def test_a_campaign_gets_its_share_and_its_own_directories(root: Path) -> None:
    code = """
import json, os, pathlib, sys
notes = [sys.argv[1], os.getcwd(), os.environ["NEEDS_DIRECTORY"], os.environ["STATE_DIRECTORY"]]
print(json.dumps({"tried": 1, "planned": 1, "counts": {"failed": 0}, "notes": notes}))
"""
    directory = root.parent / "some"
    needs, state = directory / "needs", directory / "state"
    assert run(root, code).notes == ["0.5", str(directory), str(needs), str(state)]
    assert state.is_dir()


def test_a_campaign_has_its_own_servers_alone_and_the_code_of_the_checkout(root: Path) -> None:
    variables = running.variables(CAMPAIGN, root, root, os.environ)
    assert variables["NEEDS_SERVERS"] == "redis=/redis"
    assert str(root / "src/shop") in variables["PYTHONPATH"].split(":")


def test_a_missing_server_is_an_error(root: Path) -> None:
    campaign = Campaign("requests", {"failed": 0}, ["redis", "kafka"])
    with pytest.raises(SoakError, match="has no server kafka, only redis, postgresql; run tests/s"):
        running.variables(campaign, root, root, os.environ)


def test_a_campaign_that_fails_says_what_it_said_last(root: Path) -> None:
    with pytest.raises(SoakError) as error:
        run(root, "import sys; sys.exit('no relay runs any more')")
    assert str(error.value) == (
        "it ended with status 1; see its last messages, on standard error\nno relay runs any more"
    )


def test_a_campaign_that_takes_too_long_is_interrupted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LIMIT", 1.0)
    with pytest.raises(SoakError, match="it did not end within 1 s"):
        run(root, "import time\ntime.sleep(600)")
