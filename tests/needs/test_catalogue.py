"""The names of servers: in manifests, in the program, in the platform."""

from needs.catalogue import SERVERS
from toolchain import evaluate


def test_the_program_and_the_platform_have_the_same_servers() -> None:
    assert evaluate("(import ./. { }).toolchain.needs.names") == sorted(SERVERS)


def test_a_platform_without_a_server() -> None:
    pkgs = "import ./tests/platform/stub.nix { }"
    names = evaluate(f"(import ./. {{ pkgs = {pkgs}; }}).toolchain.needs.names")
    assert names == sorted(set(SERVERS) - {"oidc"})
