"""The cluster of PostgreSQL is made once, without what differs from run to run."""

import stat
from pathlib import Path

import pytest
from needs.prepared import postgresql
from needs.servers.postgresql import USER
from toolchain import build

REPORT = """\
pg_control version number:            1300
Latest checkpoint's NextXID:          3:724
Latest checkpoint's NextOID:          13571
Latest checkpoint's oldestXID:        716
"""


def test_the_options_of_a_new_control_file() -> None:
    assert postgresql.reset_options(
        REPORT, ["000000010000000000000009", "00000001000000000000000A"]
    ) == [
        "--wal-segsize=1",
        "--next-transaction-id=724",
        "--oldest-transaction-id=716",
        "--next-oid=13571",
        "--next-wal-file=00000001000000000000000B",
    ]


def test_another_report_is_an_error() -> None:
    with pytest.raises(ValueError, match="no line like") as raised:
        postgresql.reset_options(REPORT.replace("NextOID", "next OID"), ["0" * 24])
    assert str(raised.value).startswith(
        'pg_controldata has no line like "Latest checkpoint\'s NextOID: +(\\\\d+)":\npg_control'
    )


def test_what_differs_is_left_out(tmp_path: Path) -> None:
    kept = ["PG_VERSION", "base/1/1259", "global/1260"]
    data = tmp_path / "data"
    for name in [
        *kept,
        "global/pg_control",
        "pg_stat/pgstat.stat",
        "pg_wal/000000010000000000000001",
    ]:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    (data / "pg_wal/archive_status").mkdir()
    target = tmp_path / "target"
    postgresql.keep(data, target)
    files = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert files == {*kept, "postgresql.conf", "pg_hba.conf"}
    assert (target / "global/1260").read_text() == "global/1260"
    assert (target / "pg_wal/archive_status").is_dir()
    assert (target / "pg_stat").is_dir()


def test_its_user_is_the_servers() -> None:
    assert postgresql.USER == USER


@pytest.mark.builds
def test_the_cluster_lets_nobody_in_without_a_password() -> None:
    cluster = build("toolchain.needs.servers.postgresql") / "cluster"
    rules = (cluster / "data/pg_hba.conf").read_text()
    assert rules == "host all all 127.0.0.1/32 scram-sha-256\n"
    assert b"SCRAM-SHA-256$" not in (cluster / "data/global/1260").read_bytes()
    assert not stat.S_IMODE((cluster / "data/PG_VERSION").stat().st_mode) & 0o222


@pytest.mark.builds
def test_the_prefix_has_the_programs_too() -> None:
    prefix = build("toolchain.needs.servers.postgresql")
    assert {path.name for path in prefix.iterdir()} == {"bin", "cluster", "lib", "share"}
    assert (prefix / "bin/postgres").resolve().is_file()
