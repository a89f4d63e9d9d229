import pytest
from please_cli.damage import Damage
from please_cli.failures import TAIL, NixError

HASH = "f7w7zl2nf2x3lzdgm9k3zdx8vq9w90i2"
DRV = f"/nix/store/{HASH}-paint-tests.drv"
OTHER = f"/nix/store/{HASH}-door_bell.drv"
BUILDER = f"builder for '{DRV}' failed with exit code 1"
CONSEQUENCE = f"1 dependencies of derivation '{OTHER}' failed to build"


@pytest.mark.parametrize(
    "error",
    [
        BUILDER,
        f"Cannot build '{DRV}'.\nReason: builder failed with exit code 1.\nOutput paths:\n  …",
        f"hash mismatch in fixed-output derivation '{DRV}':\n  specified: a\n     got: b",
    ],
)
def test_whose_builder_failed(error: str) -> None:
    assert NixError([error, CONSEQUENCE]).derivations == [DRV]


def test_a_consequence_is_not_a_cause() -> None:
    newer = f"Cannot build '{OTHER}'.\nReason: 1 dependency failed.\nOutput paths:\n  …"
    assert NixError([newer]).derivations == []


def test_a_builder_that_says_nothing_clear() -> None:
    log = [str(number) for number in range(30)]
    error = NixError([BUILDER, CONSEQUENCE], {DRV: log})
    assert error.message == "paint-tests failed to build; its log ends like this:"
    shown = "\n".join(log[-TAIL:])
    assert error.details == f"{shown}\n(all of it: nix-store --read-log {DRV})"


def test_a_builder_that_says_what_to_do() -> None:
    log = ["working", "error: the lock is older than lib/paint. Run ./please lock."]
    error = NixError([BUILDER], {DRV: log})
    assert error.message == "paint-tests: the lock is older than lib/paint. Run ./please lock."
    assert error.details == f"working\n(all of it: nix-store --read-log {DRV})"


def test_a_builder_that_says_no_more_than_that() -> None:
    error = NixError([BUILDER], {DRV: ["error: the lock is older than lib/paint."]})
    assert error.message == "paint-tests: the lock is older than lib/paint."
    assert error.details == ""


@pytest.mark.parametrize("status", [404, 410])
def test_a_package_of_the_first_tools_that_has_left_the_mirror(status: int) -> None:
    url = "http://mirror/debian/pool/main/g/g_1_amd64.deb"
    log = [f"unable to download '{url}': HTTP error {status}"]
    assert NixError([BUILDER], {DRV: log}).message == (
        "pool/main/g/g_1_amd64.deb has left the Debian mirror; run `./please lock --platform`, "
        "which locks what the mirror has now, or set SERVICES_DEBIAN_MIRROR to the snapshot that "
        "the lock names, in an archive of Debian snapshots (docs/platform.md)"
    )


@pytest.mark.parametrize(
    "mirror", ["does not exist", "sent more than the 7 bytes that the lock allows"]
)
def test_a_package_that_is_nowhere(mirror: str) -> None:
    file = "pool/main/g/g_1_amd64.deb"
    line = (
        f"{file} cannot be fetched. The mirror: http://mirror/debian/{file} {mirror}. An archive "
        "of Debian snapshots: http://archive/1/g could not be fetched. Substituters: none has x. "
        "Do this."
    )
    log = ["error: the mirror does not have it.", "wget: bad address 'archive'", f"error: {line}"]
    error = NixError([BUILDER], {DRV: log})
    assert (error.message, error.details) == (line, "")


@pytest.mark.parametrize(
    "said",
    [
        "wget: bad address 'mirror'",
        "error: unable to download 'http://mirror/x': Couldn't resolve host name (6)",
        "unable to download 'http://mirror/x': Couldn't resolve host name (6)",
        "connect: Network is unreachable",
    ],
)
def test_no_network(said: str) -> None:
    derivation = f"/nix/store/{HASH}-paint-1.0.whl.drv"
    failed = f"builder for '{derivation}' failed with exit code 1"
    assert NixError([failed], {derivation: [said]}).message == (
        "paint-1.0.whl cannot be fetched; check the network and the machine's apt and pip "
        "configuration, then run it again"
    )


def test_a_test_that_looks_for_a_network() -> None:
    log = ["E urllib.error.URLError: Temporary failure in name resolution", "1 failed in 0.81s"]
    error = NixError([BUILDER], {DRV: log})
    assert error.message == "paint-tests failed to build; its log ends like this:"
    assert log[0] in error.details


def test_a_build_backend_that_looks_for_a_network() -> None:
    derivation = f"/nix/store/{HASH}-paint-wheel.drv"
    own = "the build backend of src/paint failed (see above). Builds have no compiler."
    log = ["httpx.ConnectError: Temporary failure in name resolution", f"error: {own}"]
    error = NixError([f"builder for '{derivation}' failed with exit code 1"], {derivation: log})
    assert error.message == f"paint-wheel: {own}"
    assert log[0] in error.details


def test_more_than_the_lock_allows() -> None:
    log = [
        "wget: bad address 'mirror'",
        "error: http://mirror/x sent more than the 7 bytes that the lock allows. Look at it.",
    ]
    assert NixError([BUILDER], {DRV: log}).message == (
        "paint-tests: http://mirror/x sent more than the 7 bytes that the lock allows. Look at it."
    )


def test_a_wrong_hash() -> None:
    mismatch = f"hash mismatch in fixed-output derivation '{DRV}':\n  specified: a\n     got: b"
    error = NixError([mismatch, CONSEQUENCE])
    assert error.message == (
        "paint-tests is not the file that the lock names: its hash differs; look at the package "
        "index or mirror before you lock again"
    )
    assert error.details == "specified: a\n     got: b"


@pytest.mark.parametrize(
    "error",
    [
        NixError([BUILDER], {DRV: ["cp: write error: No space left on device"]}),
        NixError(["writing to file: No space left on device"]),
    ],
)
def test_a_full_disk(error: NixError) -> None:
    assert error.message == (
        "no space left on the device; make room (`nix-collect-garbage` deletes what is no longer "
        "in use), then run it again"
    )


def test_an_evaluation_that_fails() -> None:
    error = NixError(["no Debian mirror: none is named.\nEither name one, or …"])
    assert error.message == "no Debian mirror: none is named."
    assert error.details == "Either name one, or …"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_apt_configuration_that_cannot_be_read(quote: str) -> None:
    # Nix 2.8 and later versions quote differently.
    file = "/etc/apt/sources.list.d/a.sources"
    assert NixError([f"opening file {quote}{file}{quote}: Permission denied"]).message == (
        f"{file}: Permission denied; correct the file, or set SERVICES_DEBIAN_MIRROR to the base "
        "URL of a Debian mirror"
    )


def test_no_such_attribute() -> None:
    # As Nix 2.8 says it; later versions put hints behind it.
    said = "attribute 'x' in selection path 'paint.x' not found"
    assert NixError([f"{said}\nDid you mean y?"]).message == (
        "default.nix has no attribute 'paint.x'; `./please list` shows the services and "
        "libraries, README.md what each of them has"
    )


def test_nothing_said() -> None:
    assert NixError().message == "Nix failed and did not say why; run the same nix-build by hand"


def test_a_store_that_is_damaged() -> None:
    path = f"/nix/store/{HASH}-paint"
    damage = Damage([path], ["nix-store", "--repair-path", path])
    error = NixError([BUILDER], {DRV: ["error: it is in two packages"]}, damage)
    assert error.damage == damage
    assert error.message == (
        "the store is damaged: paths that are needed here were changed after they were built; "
        "repair them as root with the last command below, then run this again"
    )
    first, *_, last = error.details.splitlines()
    assert first == "paint-tests: it is in two packages"
    assert last == f"nix-store --repair-path {path}"
