"""Each case is a process of its own: what it prints, and its status."""

import errno
import signal
import subprocess
import sys

import pytest


def run(body: str) -> subprocess.CompletedProcess[str]:
    program = f"""
import os, signal
import click
from please_cli import entry
from please_cli.errors import UserError

@click.command()
def command():
    {body}

entry.call(command, "please")
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_success() -> None:
    done = run('click.echo("done")')
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_status() -> None:
    assert run("return 3").returncode == 3


def test_an_error_is_one_line_and_its_details() -> None:
    done = run('raise UserError("it is broken; mend it", "because\\n")')
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: it is broken; mend it\nbecause\n"


def test_wrong_usage() -> None:
    done = run('raise click.UsageError("not so")')
    assert done.returncode == 2
    assert done.stderr.endswith("\nError: not so\n")


@pytest.mark.parametrize("body", ["os.kill(os.getpid(), signal.SIGINT)", "raise click.Abort"])
def test_an_interrupt(body: str) -> None:
    done = run(body)
    assert done.returncode == 130
    assert done.stderr == "please: interrupted; nothing is left half done\n"


def test_a_termination() -> None:
    done = run("os.kill(os.getpid(), signal.SIGTERM)")
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")


def test_a_full_disk() -> None:
    done = run(f"raise OSError({errno.ENOSPC}, 'No space left on device', '/here')")
    assert done.returncode == 1
    assert (
        done.stderr == "error: no space left on the device of /here; make room, then run it again\n"
    )


def test_a_reader_that_has_seen_enough() -> None:
    done = run("os.close(1); os.dup2(os.pipe()[1], 1); raise BrokenPipeError")
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_a_defect_is_not_hidden() -> None:
    done = run("raise OSError(2, 'No such file', 'x')")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
