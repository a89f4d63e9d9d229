"""Files are fetched ahead of their builds by the real curl, into the real store."""

import os
from pathlib import Path

import pytest
from server import Server
from toolchain import ROOT, build, run

pytestmark = pytest.mark.builds

CODE = """\
import sys
from pathlib import Path
from please_cli import nix, prefetch
line = "  /nix/store/{}-upstream-{}-{}.drv\\n"
nix.plan = lambda *_: "".join(line.format("0" * 32, n, sys.argv[2]) for n in range(9))
print(prefetch.prefetch(Path(sys.argv[1]), ["door"]))
"""


def test_what_arrives_whole_is_in_the_store(server: Server, tmp_path: Path) -> None:
    salt = os.urandom(8).hex()
    entries = []
    for number in range(9):
        content = f"{number} {salt}"
        sent = content if number else "not what is locked"
        server.pages[f"/{number}"] = sent.encode()
        entries.append(
            f'{{ name = "upstream-{number}-{salt}"; url = "{server.url}/{number}"; '
            f'sha256 = builtins.hashString "sha256" "{content}"; }}'
        )
    # The last one is nowhere.
    del server.pages["/8"]
    (tmp_path / "default.nix").write_text(f"{{ toolchain.downloads = [ {' '.join(entries)} ]; }}")
    python = build("please_cli") / "bin/python"
    done = run(python, "-c", CODE, tmp_path, salt)
    assert (done.stdout, done.stderr) == ("7\n", "fetching 9 files\n")
    assert len(list(Path("/nix/store").glob(f"*-upstream-*-{salt}"))) == 7


def test_every_download_has_an_address() -> None:
    python = build("please_cli") / "bin/python"
    code = (
        "import json, sys\nfrom pathlib import Path\nfrom please_cli import nix\n"
        "known = json.loads(nix.evaluate(Path(sys.argv[1]), 'toolchain.downloads'))\n"
        "assert len(known) > 100, len(known)\n"
        "for one in known:\n"
        "    assert one['url'].startswith(('http://', 'https://')), one\n"
        "    assert '//packages' not in one['url'] and len(one['sha256']) == 64, one\n"
    )
    run(python, "-c", code, ROOT)
