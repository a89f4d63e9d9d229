"""Make a cluster of PostgreSQL once: `initdb` is most of what a first start would take.

The cluster has to be the same whenever it is made. Two runs of initdb differ in the system
identifier, in times and in a random number, which are in the control file and in the write-ahead
log (WAL). Both are left out: pg_resetwal makes them anew in each copy, with the options that this
step writes down (its manual, "Options").

Environment, set by postgresql.nix: prefix (PostgreSQL's), out (gets links to what is in the prefix,
and `cluster`, with `data` and with `reset`, the options, one a line).
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

USER = "services"

SEGMENT = 1
"""The size of a file of the WAL, in MB; a copy gets one of them."""

SETTINGS = """\
datestyle = 'iso, mdy'
default_text_search_config = 'pg_catalog.english'
lc_messages = 'C'
lc_monetary = 'C'
lc_numeric = 'C'
lc_time = 'C'
max_connections = 100
max_wal_size = 1GB
min_wal_size = 80MB
shared_buffers = 128MB
"""
"""The settings that initdb writes on most machines; it finds some of them by trying."""

ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
"""A user without a password, which a copy has at first, cannot connect."""

# What differs between two runs, besides the WAL. Statistics are counted anew.
CONTROL, STATISTICS = "global/pg_control", "pg_stat/pgstat.stat"

# An option of pg_resetwal, and the line of pg_controldata with its value.
OPTIONS = {
    "--next-transaction-id": r"Latest checkpoint's NextXID: +\d+:(\d+)",
    "--oldest-transaction-id": r"Latest checkpoint's oldestXID: +(\d+)",
    "--next-oid": r"Latest checkpoint's NextOID: +(\d+)",
}


def initialize(programs: Path, data: Path) -> str:
    """Make a cluster; return what pg_controldata says of it."""
    # initdb refuses root, which this is where Nix builds without a sandbox and build users.
    options: dict[str, Any] = {"env": {"LC_ALL": "C", "PATH": str(programs), "TZ": "UTC"}}
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(data, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    command = [str(programs / "initdb"), f"--pgdata={data}", f"--username={USER}", "--auth=reject"]
    command += ["--encoding=UTF8", "--no-locale", "--no-sync", f"--wal-segsize={SEGMENT}"]
    subprocess.run(command, check=True, cwd=data, **options)
    command = [str(programs / "pg_controldata"), str(data)]
    return str(
        subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    )


def reset_options(report: str, segments: list[str]) -> list[str]:
    """Return the options of pg_resetwal that make a control file like the one that is left out.

    Args:
        report: the output of pg_controldata.
        segments: the names of the files of the WAL. The new WAL begins after them: pages of tables
            have positions in it.

    Raises:
        ValueError: the report lacks a value.
    """
    options = [f"--wal-segsize={SEGMENT}"]
    for option, pattern in OPTIONS.items():
        if not (found := re.search(pattern, report)):
            raise ValueError(f"pg_controldata has no line like {pattern!r}:\n{report}")
        options.append(f"{option}={found[1]}")
    last = max(segments)
    # A name is the timeline, and the number of the segment in two parts (xlog_internal.h).
    timeline, number = last[:8], int(last[16:], 16) + 1
    return [*options, f"--next-wal-file={timeline}{last[8:16]}{number:08X}"]


def keep(data: Path, target: Path) -> None:
    """Copy what is the same each time, with the settings and the access that servers have."""
    left_out = {CONTROL, STATISTICS}
    for parent, directories, files in os.walk(data):
        directories.sort()
        place = Path(parent).relative_to(data)
        (target / place).mkdir()
        for name in sorted(files):
            if place.parts[:1] != ("pg_wal",) and str(place / name) not in left_out:
                shutil.copyfile(Path(parent, name), target / place / name)
    (target / "postgresql.conf").write_text(SETTINGS)
    (target / "pg_hba.conf").write_text(ACCESS)


def main() -> None:
    """Run the build step."""
    prefix, out = Path(os.environ["prefix"]), Path(os.environ["out"])
    cluster = out / "cluster"
    cluster.mkdir(parents=True)
    for entry in sorted(prefix.iterdir()):
        (out / entry.name).symlink_to(entry)
    # A place that the user nobody can enter.
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        data = Path(directory, "data")
        data.mkdir()
        report = initialize(prefix / "bin", data)
        segments = [path.name for path in (data / "pg_wal").iterdir() if path.is_file()]
        (cluster / "reset").write_text("\n".join(reset_options(report, segments)) + "\n")
        keep(data, cluster / "data")


if __name__ == "__main__":
    main()
