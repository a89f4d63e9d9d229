"""An output of members is one file in nix/outputs: an attribute, and a job of release.nix."""

from pathlib import Path

import pytest
from toolchain import NixError, build, evaluate

# The store paths that a service consists of. It needs nothing but what every output is given.
CLOSURE = """\
{ platform, python, ... }:
let app = member: python.environment { inherit (member) name; keys = [ member.key ]; }; in
{
  kinds = [ "service" ];
  build = member: derivation {
    name = "${member.name}-closure";
    inherit (platform) system;
    builder = "${platform.busybox}/bin/busybox";
    args = [ "sh" "-euc" "sed -n 's|^/nix/store/|&|p' graph > $out" ];
    PATH = "${platform.busybox}/bin";
    exportReferencesGraph = [ "graph" (app member) ];
  };
}
"""


@pytest.fixture
def extended(checkout: Path) -> Path:
    """A checkout with one more output."""
    (checkout / "nix/outputs/closure.nix").write_text(CLOSURE)
    return checkout


@pytest.mark.builds
def test_an_output_is_an_attribute(extended: Path) -> None:
    lines = build("tokens.closure", root=extended).read_text().splitlines()
    assert any(line.endswith("-tokens-code") for line in lines)
    assert not any(line.endswith("-treestatus-code") for line in lines)


def test_an_output_is_a_job(extended: Path) -> None:
    system = evaluate("builtins.currentSystem")
    jobs = evaluate(
        "builtins.mapAttrs (_: builtins.attrNames) "
        '(removeAttrs (import ./release.nix { }) [ "aggregate" ])',
        root=extended,
    )
    assert {name for name, outputs in jobs.items() if "closure" in outputs} == {
        "tokens",
        "treestatus",
    }
    paths = evaluate(
        f"[ (import ./release.nix {{ }}).tokens.closure.{system}.drvPath "
        "(import ./. { }).tokens.closure.drvPath ]",
        root=extended,
    )
    assert paths[0] == paths[1]


def test_an_output_changes_no_other(extended: Path) -> None:
    paths = (
        "with import ./. { }; "
        "[ tokens.drvPath tokens.tests.drvPath treestatus.tests.drvPath backend_common.drvPath ]"
    )
    assert evaluate(paths, root=extended) == evaluate(paths)


def test_a_broken_output_is_named(extended: Path) -> None:
    (extended / "nix/outputs/closure.nix").write_text("{ }\n")
    with pytest.raises(NixError, match=r"nix/outputs/closure\.nix is not a function of the kit"):
        evaluate("(import ./. { }).tokens.name", root=extended)
