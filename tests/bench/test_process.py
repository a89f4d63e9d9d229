import os
import sys
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.process import environment, run


def test_the_cpu_time_of_a_child_of_the_command_counts(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    assert run([sys.executable, "-c", nested], tmp_path, os.environ).usage.cpu >= 0.2


def test_a_command_that_fails_says_where_and_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(BenchError) as error:
        run(["sh", "-c", "echo no such lock >&2; exit 3"], tmp_path, os.environ)
    assert f"in {tmp_path} failed; make it work by itself first" in str(error.value)
    assert "no such lock" in str(error.value)


def test_a_development_shell_leaves_no_trace_in_what_is_measured() -> None:
    shell = {"PYTHONPATH": "lib", "NIX_BUILD_TOP": "/tmp", "out": "/nix", "TMPDIR": "/tmp"}
    kept = {"PATH": "/bin", "NIX_CONFIG": "sandbox = true", "PIP_INDEX_URL": "index"}
    assert environment({**shell, **kept}) == kept
