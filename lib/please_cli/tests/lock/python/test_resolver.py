from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import resolver
from please_cli.lock.python.indexes import Indexes
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.package_index import Index
from please_cli.lock.python.resolver import explain, skeleton
from please_cli.lock.python.resolves import Resolve

# The failures that uv can be made to show are in test_locking.py.

PYTHON = Interpreter("3.11.2", (2, 36))
RESOLVE = Resolve("next", frozenset(["door", "paint", "wall"]), "bookworm", PYTHON)
MEMBERS: dict[str, Any] = {
    "door": {"directory": "src/door", "declares": {"requires": ["Paint[oil]>=1"]}},
    "paint": {"directory": "lib/paint", "declares": {"requires": [], "extras": {"oil": []}}},
    "wall": {"directory": "src/wall", "declares": {"requires": ["a>2"]}},
}


def test_a_full_disk() -> None:
    output = "error: failed to write\n  cause: No space left on device (os error 28)"
    assert explain(output, RESOLVE, MEMBERS) == (
        "no space left for uv; make room in its cache and the temporary directory"
    )


@pytest.mark.parametrize(
    "output",
    [
        "cause: dns error\n  cause: error resolving DNS",
        "error: Request failed after 3 retries\n cause: operation timed out",
    ],
)
def test_no_network(output: str) -> None:
    assert explain(output, RESOLVE, MEMBERS).startswith("uv cannot reach the package index; ")


@pytest.mark.parametrize("status", ["402 Payment Required", "429 Too Many", "500 Internal Error"])
def test_an_answer_that_is_not_the_fault_of_the_network(status: str) -> None:
    kind = "server" if status.startswith("5") else "client"
    output = (
        "error: Failed to fetch: http://h/simple/acme/\n  cause: HTTP status "
        f"{kind} error ({status}) for url (http://h/simple/acme/)"
    )
    assert explain(output, RESOLVE, MEMBERS) == (
        f"http://h/simple/acme/ answers with the status {status[:3]}; ask the owner of the index, "
        "or correct pip's configuration (`pip config list`)"
    )


@pytest.mark.parametrize(
    "hint",
    [
        "An index URL (http://h/s) could not be queried due to a lack of valid authentication "
        "credentials (401 Unauthorized).",
        "An index (http://h/s) returned a 403 Forbidden error. Check that the index URL is correct",
    ],
)
def test_a_login_that_is_refused(hint: str) -> None:
    output = f"error: No solution found\n\nhint: {hint}"
    assert explain(output, RESOLVE, MEMBERS).startswith(
        "the package index http://h/s refuses the login (40"
    )


@pytest.mark.parametrize(
    "cause",
    [
        "Because all versions of acme have an invalid package format and",
        "Because acme==1.0 has invalid metadata and only acme==1.0 is available",
    ],
)
def test_a_file_that_is_broken(cause: str) -> None:
    assert explain(f"error: No solution found\n cause: {cause}", RESOLVE, MEMBERS) == (
        "the resolve next: the files of acme on the index are broken; ask the owner of the index"
    )


def test_anything_else() -> None:
    message = "the resolve next: uv failed; its message is below"
    assert explain("error: surprise", RESOLVE, MEMBERS) == message


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (
            "because paint depends on a<1 and door-bell depends on a>2",
            "of lib/paint; change one of those that uv names below",
        ),
        (  # paint comes along wherever door is
            "because paint depends on a<1 and door depends on a>2",
            "of src/door and lib/paint; change one of those that uv names below",
        ),
        (
            "because paint depends on a<1, wall depends on a>2 and door depends on paint",
            "of src/door, lib/paint and src/wall; change one of those that uv names below, or "
            'give src/door another resolve (docs/packages.md, "Another resolve")',
        ),
        (
            "because paint[oil] depends on a<1 and wall:test depends on a>2",
            "of lib/paint and src/wall; change one of those that uv names below, or give src/wall "
            'another resolve (docs/packages.md, "Another resolve")',
        ),
    ],
)
def test_the_members_of_a_conflict_are_named(cause: str, expected: str) -> None:
    assert explain(f"No solution found: {cause}", RESOLVE, MEMBERS) == (
        f"the resolve next: no versions satisfy the requirements {expected}"
    )


def test_versions_are_kept_for_their_system() -> None:
    known: dict[str, Any] = {
        "flask": {"version": "3.1"},
        "brush": {"systems": {"x86_64-linux": {"version": "1"}, "aarch64-linux": {"version": "2"}}},
    }
    source = 'source = { registry = "https://company/simple" }'
    assert skeleton(
        ">=3.11", Indexes((Index("index-url", "https://company/simple"),)), known
    ).splitlines() == [
        "version = 1",
        'requires-python = ">=3.11"',
        *["[[package]]", 'name = "brush"', 'version = "1"', source],
        "resolution-markers = [\"platform_machine == 'x86_64'\"]",
        *["[[package]]", 'name = "brush"', 'version = "2"', source],
        "resolution-markers = [\"platform_machine == 'aarch64'\"]",
        *["[[package]]", 'name = "flask"', 'version = "3.1"', source],
    ]


@pytest.mark.parametrize("verb", ["build", "download and build"])
def test_a_package_that_no_index_has(verb: str) -> None:
    output = f"error: Failed to {verb} `nail @ git+https://company/nail@main`\n  cause: Git failed"
    assert explain(output, RESOLVE, MEMBERS) == (
        "nail comes from git+https://company/nail@main, but only packages of an index can be "
        "locked; change [tool.uv.sources] or the requirement"
    )


# Says nothing of what it requires.
UNSTATED = '[project]\nname = "nail"\ndynamic = ["version", "dependencies"]\n'


@pytest.fixture
def root(platform: Path, index: Any) -> Path:
    """A workspace, and an index with three versions of a source distribution."""
    (platform / "pyproject.toml").write_text('[project]\nname = "services"\nversion = "0"\n')
    for version in ("1.0", "2.0", "3.0"):
        index.sdist("nail", version, UNSTATED, {"nail.py": ""})
    index.wheel("iron", "1.0")
    return platform


def describe(_: Resolve, name: str, version: str) -> dict[str, Any]:
    """State that each version requires the same version of iron, as the sandbox would."""
    return {"name": name, "version": version, "requires-dist": [f"iron=={version}"]}


def test_source_distributions_are_described_one_by_one(root: Path) -> None:
    """Also older versions, where a newer one does not fit."""
    asked = []

    def noting(resolve: Resolve, name: str, version: str) -> dict[str, Any]:
        asked.append((name, version))
        return describe(resolve, name, version)

    wanted = Resolve("next", frozenset(), "bookworm", PYTHON)
    found = resolver.resolve(
        root, wanted, {}, Indexes.configured(), known={}, requires=["nail"], describe=noting
    )
    assert {each["name"]: each["version"] for each in found["package"]} == {
        "services": "0",
        "nail": "1.0",
        "iron": "1.0",
    }
    assert asked == [("nail", "3.0"), ("nail", "2.0"), ("nail", "1.0")]


def test_not_too_many_are_built(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "MOST_BUILT", 2)
    wanted = Resolve("next", frozenset(), "bookworm", PYTHON)
    with pytest.raises(UserError) as raised:
        resolver.resolve(
            root, wanted, {}, Indexes.configured(), known={}, requires=["nail"], describe=describe
        )
    assert raised.value.message == (
        "the resolve next: 2 source distributions had to be built for what they require, the last "
        "before nail 1.0; bound the versions of such packages in the manifests that name them"
    )


def test_where_the_files_of_a_version_are(root: Path) -> None:
    wanted = Resolve("next", frozenset(), "bookworm", PYTHON)
    found = resolver.locate(root, wanted, {}, Indexes.configured(), ("nail", "2.0"))
    (nail,) = (each for each in found["package"] if each["name"] == "nail")
    assert nail["version"] == "2.0"
    assert "nail-2.0.tar.gz" in str(nail["sdist"])
