"""RabbitMQ's and Erlang's scripts run from the prefix."""

from pathlib import Path

import pytest
from servers import rabbitmq
from toolchain import build, run


def test_scripts_get_the_shell_and_the_place_of_erlang(tmp_path: Path) -> None:
    script, program = tmp_path / "bin/erl", tmp_path / "bin/beam"
    script.parent.mkdir()
    script.write_text("#!/bin/sh -e\nROOTDIR=/usr/lib/erlang\n")
    program.write_bytes(b"\x7fELF/usr/lib/erlang")
    rabbitmq.fix_scripts(tmp_path, Path("/store/rabbitmq"), "/store/busybox sh")
    assert script.read_text() == "#!/store/busybox sh -e\nROOTDIR=/store/rabbitmq/lib/erlang\n"
    assert program.read_bytes() == b"\x7fELF/usr/lib/erlang"


@pytest.mark.builds
def test_erlang_runs_with_nothing_on_path() -> None:
    erl = build("toolchain.needs.servers.rabbitmq") / "lib/erlang/bin/erl"
    code = "io:format(code:root_dir()), halt()."
    root = run(erl, "-noinput", "-eval", code, variables={"PATH": "/nothing"}).stdout
    assert root == str(erl.parents[1])


@pytest.mark.builds
def test_no_script_names_debians_directories() -> None:
    prefix = build("toolchain.needs.servers.rabbitmq")
    for path in prefix.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not content.startswith(b"#!/bin/sh"), path
            assert not (content.startswith(b"#!") and b"/usr/lib/erlang" in content), path
