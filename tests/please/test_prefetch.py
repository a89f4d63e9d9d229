"""What a build downloads is there before Nix comes to it; or Nix downloads it itself."""

import hashlib
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from server import Server, secure
from toolchain import ROOT, build, environment, has_sandbox

pytestmark = pytest.mark.builds

# Files that a build needs, and that it can only have once a gate is open: until then there is time
# to fetch them. The builder of the files is what Nix falls back to.
EXPRESSION = r"""
let
  system = builtins.currentSystem;
  busybox = builtins.storePath ${BUSYBOX};
  sh = script: [ "sh" "-euc" script ];
  run = name: script: derivation {
    inherit name system;
    builder = "${busybox}/bin/busybox";
    args = sh script;
    seed = "${SEED}";
  };
  gate = run "gate" "sleep 3; echo > $out";
  host = run "host" "echo ${HOST} > $out";
  file = n: derivation {
    name = "file-${n}-${SEED}";
    inherit system gate;
    size = "100";
    ${SOURCE}
    builder = "${busybox}/bin/busybox";
    args = sh "echo fetched by Nix; [ ${n} = 07 ] && echo -n 'file 07 ${SEED}' > $out";
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = builtins.hashString "sha256" "file ${n} ${SEED}";
  };
  numbers = builtins.genList (n: "0${toString n}") ${COUNT};
in
{
  door = run "door" "echo ${toString (map file numbers)} > $out";
}
"""


def please(
    root: Path,
    server: Server,
    count: int,
    pages: Mapping[str, bytes | None] | None = None,
    source: str = "",
) -> subprocess.CompletedProcess[str]:
    """Build what needs some files of a server, which has others in `pages`, with ./please.

    `source` says in Nix where the file `n` is, if not at a URL that is known.
    """
    seed = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    for number in range(count):
        server.pages[f"/{number:02}"] = f"file {number:02} {seed}".encode()
    for path, page in (pages or {}).items():
        server.pages.pop(path)
        if page:
            server.pages[path] = page
    values = {
        "BUSYBOX": str(build("toolchain.platform.busybox")),
        "SEED": seed,
        "HOST": f"127.0.0.1:{server.server_port}",
        "SOURCE": source or f'url = "{server.url}/${{n}}";',
        "COUNT": str(count),
    }
    text = re.sub(r"\$\{([A-Z]+)\}", lambda match: values[match[1]], EXPRESSION)
    (root / "default.nix").write_text(text)
    (root / "src/door").mkdir(parents=True)
    (root / "src/door/pyproject.toml").touch()
    return subprocess.run(
        [build("please_cli") / "bin/please", "build", "door"],
        env=environment() | {"PLEASE_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nix_finds_the_files_in_the_store(tmp_path: Path, server: Server) -> None:
    done = please(tmp_path, server, count=10)
    assert done.returncode == 0, done.stderr
    assert done.stderr.split("\n")[:-1] == ["building gate", "building door"]
    files = Path(done.stdout.strip()).read_text().split()
    assert [Path(file).read_text()[:7] for file in files] == [f"file {n:02}" for n in range(10)]


def test_a_host_may_be_known_only_once_it_is_built(tmp_path: Path, server: Server) -> None:
    secure(server, build("toolchain.platform.openssl") / "bin/openssl", tmp_path)
    done = please(tmp_path, server, count=10, source='fileHost = host; path = "/${n}";')
    assert done.returncode == 0, done.stderr
    assert sorted(done.stderr.split("\n")[:-1]) == [
        "building door",
        "building gate",
        "building host",
    ]


@pytest.mark.parametrize("pages", [{"/07": None}, {"/07": b"another file"}], ids=["none", "wrong"])
def test_nix_fetches_what_did_not_arrive(
    tmp_path: Path, server: Server, pages: dict[str, bytes | None]
) -> None:
    done = please(tmp_path, server, count=10, pages=pages)
    assert done.returncode == 0, done.stderr
    assert re.findall("building (.*)", done.stderr)[1].startswith("file-07-")


def test_a_few_files_are_left_to_nix(tmp_path: Path, server: Server) -> None:
    done = please(tmp_path, server, count=2)
    assert done.returncode == 1
    assert "fetched by Nix" in done.stderr


@pytest.mark.skipif(not has_sandbox(), reason="a store elsewhere needs the sandbox")
def test_a_first_build(tmp_path: Path) -> None:
    # Into an empty store, from where the machine's configuration leads.
    variables = {"PLEASE_ROOT": str(ROOT), "NIX_REMOTE": f"local?root={tmp_path}"}
    done = subprocess.run(
        [build("please_cli") / "bin/please", "build", "tokens"],
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(build("tokens"))
