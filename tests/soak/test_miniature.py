"""All campaigns by the command that runs them, with a small share of what they try."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import edit
from toolchain import ROOT, environment

from .running import find

SHARE = "0.001"
CAMPAIGNS = {name: campaign.tried for name, campaign in find().items()}

pytestmark = pytest.mark.builds


def soak(root: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command of a checkout."""
    command = [str(root / "tests/soak/run"), "--share", SHARE]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def lines(printed: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield the parts of each line: campaign, verdict, what was tried, counts."""
    for line in printed.splitlines():
        name, verdict, tried, counts = line.split(": ", 3)
        yield name, verdict, re.sub("^of [0-9,]+ ", "", tried), counts.split("; ")


def test_all_campaigns_pass() -> None:
    done = soak(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    found = list(lines(done.stdout))
    assert {name: tried for name, _, tried, _ in found} == CAMPAIGNS
    for _, verdict, _, counts in found:
        assert verdict == "passed"
        assert all(count.startswith("0 ") for count in counts)


def test_campaigns_count_the_failures_of_broken_code(checkout: Path) -> None:
    shutil.copy(ROOT / "please", checkout)
    edit(checkout / "src/treestatus/treestatus/api.py", "_tree(trees.one(tree))", "_tree(None)")
    outbox = checkout / "lib/backend_common/backend_common/pulse/outbox.py"
    edit(outbox, "self._run(lambda table: table.insert().values(row))", "row.clear()")
    worker = checkout / "lib/serving/serving/worker.py"
    edit(worker, "connection.check(now)", "pass")
    body = checkout / "lib/backend_common/backend_common/pulse/body.py"
    edit(
        body,
        "raise PoisonError(message) from error\n\n\ndef _codec",
        "return {'number': -1}\n\n\ndef _codec",
    )
    forms = checkout / "lib/backend_common/backend_common/api/forms.py"
    edit(forms, "MOST_FIELDS = 10_000", "MOST_FIELDS = 10_000_000")
    done = soak(checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    found = list(lines(done.stdout))
    assert {name: tried for name, _, tried, _ in found} == CAMPAIGNS
    for _, verdict, _, counts in found:
        assert verdict == "FAILED"
        assert not counts[0].startswith("0 ")
    assert "soak: malformed: treestatus, properties: failed: {" in done.stderr
    assert "soak: restart: failed: GET /trees/tree-" in done.stderr
    kept = re.findall(r"what the servers left, are in (/\S+)", done.stderr)
    assert {Path(directory).name for directory in kept} == CAMPAIGNS.keys()
    assert all(Path(directory, "log").is_file() for directory in kept)
    shutil.rmtree(Path(kept[0]).parent)
