"""A share of what bench/run malformed sends: no request makes a service fail."""

import json
import shlex

import pytest
from toolchain import ROOT, run

REQUESTS = 300

PLACES = ("src/tokens", "src/treestatus", "bench/subjects/exposed")

pytestmark = pytest.mark.builds


@pytest.mark.parametrize(
    ("service", "reached"),
    [
        ("exposed", {"200", "302", "400", "401", "404"}),
        ("tokens", {"200", "400", "401", "404"}),
        ("treestatus", {"200", "400", "404"}),
    ],
)
def test_no_request_fails(service: str, reached: set[str]) -> None:
    path = ":".join(str(ROOT / place) for place in ("", "lib/backend_common", *PLACES))
    command = ["env", f"PYTHONPATH={path}", "python", "-B", "-m", "bench.subjects.malformed"]
    line = shlex.join([*command, service, "properties", str(REQUESTS)])
    result = run("nix-shell", "-A", "backend_common", "--run", f"needs run -- {line}")
    said = json.loads(result.stdout.splitlines()[-1])
    assert said["requests"] >= REQUESTS
    assert said["failed"] == 0, said["first"]
    assert reached <= said["statuses"].keys()
