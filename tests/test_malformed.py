"""A share of what bench/run malformed sends: no request makes a service fail."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from toolchain import ROOT, build

REQUESTS = 400

pytestmark = pytest.mark.builds


@pytest.mark.parametrize("service", ["tokens", "treestatus"])
def test_no_request_fails(service: str, tmp_path: Path) -> None:
    python = build("toolchain.shell.environment") / "bin/python"
    path = f"{ROOT}/lib/backend_common:{ROOT}/src/{service}"
    script = ROOT / "bench/subjects/malformed.py"
    command: list[str | Path] = [python, "-B", script, service, str(REQUESTS)]
    variables = {**os.environ, "PYTHONPATH": path}
    result = subprocess.run(
        command, cwd=tmp_path, env=variables, text=True, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert said["requests"] == REQUESTS
    assert said["failed"] == 0, said["first"]
    assert {"400", "404"} <= said["statuses"].keys()
