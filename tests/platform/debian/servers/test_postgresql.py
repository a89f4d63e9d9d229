"""PostgreSQL looks for time zones where its data are."""

from pathlib import Path

import pytest
from servers import postgresql
from servers.postgresql import COMMANDS, COMPILED_IN, READERS
from toolchain import build


def test_the_directory_of_time_zones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"code\0/usr/share/zoneinfo\0more\0"
    for name in READERS:
        program = tmp_path / COMMANDS / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_bytes(content)
    (tmp_path / "share").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("tzdata", "/store/tzdata")
    postgresql.main()
    edited = (tmp_path / "bin/postgres").read_bytes()
    assert edited == b"code\0zoneinfo".ljust(len(content) - len(b"more\0"), b"\0") + b"more\0"
    assert (tmp_path / "share/zoneinfo").readlink() == Path("/store/tzdata/share/zoneinfo")


def test_another_version_is_an_error(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.write_bytes(b"/etc/zoneinfo\0")
    with pytest.raises(ValueError, match="zoneinfo") as raised:
        postgresql.redirect(program)
    assert str(raised.value) == (
        f"{program}: does not contain b'/usr/share/zoneinfo\\x00'. This edit was made for another "
        "version of the package: look at COMPILED_IN in "
        "nix/platform/debian/servers/postgresql.py."
    )


@pytest.mark.builds
def test_no_program_names_the_hosts_time_zones() -> None:
    prefix = build("toolchain.needs.servers.postgresql")
    for program in (prefix / COMMANDS).iterdir():
        assert COMPILED_IN not in program.read_bytes()
