import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from please_cli import process


def test_a_program_is_run_to_its_end() -> None:
    program = "import sys; print('printed'); sys.exit('said')"
    done = process.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "printed\n", "said\n")


# It does not wait for a signal in one call: one that comes just before would not be heard.
CHILD = """
import pathlib, sys, time
try:
    print("up", file=sys.stderr, flush=True)
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    pathlib.Path("stopped").touch()
"""

PARENT = f"""
import os, signal, sys
from please_cli import process

with process.started([sys.executable, "-c", {CHILD!r}], stderr=-1) as child:
    child.stderr.readline()
    os.kill(os.getpid(), signal.SIGINT)
"""


def test_an_interrupt_stops_the_child_first(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGINT
    assert (tmp_path / "stopped").exists()


def test_lines_of_a_pipe() -> None:
    program = """
import sys, time
for part in ("one\\ntwo", " and a half\\nthree"):
    print(part, end="", flush=True)
    time.sleep(0.1)
"""
    with process.started([sys.executable, "-c", program], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert list(process.lines(running.stdout)) == ["one\n", "two and a half\n", "three"]


@pytest.mark.parametrize("way", ["run", "call"])
def test_programs_of_threads_end_with_the_main_thread(way: str) -> None:
    program = [sys.executable, "-c", "import time; print('started', flush=True); time.sleep(600)"]
    reading, writing = os.pipe()

    def sleep() -> int:
        if way == "run":
            return process.run(program, stdout=writing).returncode
        try:
            process.call(program, 600, stdout=writing)
        except subprocess.CalledProcessError as error:
            return error.returncode
        return 0

    with os.fdopen(reading) as said:
        try:
            with suppress(KeyboardInterrupt), process.threads() as pool:
                sleeping = pool.submit(sleep)
                assert said.readline() == "started\n"
                raise KeyboardInterrupt
        finally:
            os.close(writing)
    assert sleeping.result() == -signal.SIGTERM
