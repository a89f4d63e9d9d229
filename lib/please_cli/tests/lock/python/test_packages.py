from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import packages
from please_cli.lock.python.files import Files
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.packages import Sources
from please_cli.lock.python.resolves import Resolve

X86_64, AARCH64 = "x86_64-linux", "aarch64-linux"
RESOLVE = Resolve("default", frozenset(["door"]), "bookworm", Interpreter("3.11.2", (2, 36)))
REGISTRY = {"registry": "r"}


def brush(version: str, *markers: str, **more: Any) -> dict[str, Any]:
    path = f"/simple/brush-{version}-py3-none-any.whl"
    wheel = {"path": path, "hash": f"sha256:{version}", "size": 7}
    found: dict[str, Any] = {"name": "brush", "version": version, "source": REGISTRY}
    found |= {"wheels": [wheel], **more}
    return found | ({"resolution-markers": list(markers)} if markers else {})


def uv_lock(*found: dict[str, Any], requires: str = "brush") -> dict[str, Any]:
    """Return a uv.lock with packages, the workspace, and a member that requires one of them."""
    door = {"name": "door", "version": "1.0", "source": {"editable": "src/door"}, "metadata": {}}
    root = {"name": "services", "version": "0", "source": {"virtual": "."}}
    return {"package": [*found, {**door, "dependencies": [{"name": requires}]}, root]}


def convert(document: dict[str, Any], known: dict[str, Any] | None = None) -> packages.Locked:
    origins = {package["name"]: "index-url" for package in document["package"]}
    with Files() as files:
        sources = Sources(origins, files)
        return packages.convert(document, RESOLVE, known or {}, sources, ["door", "paint"])


def test_one_entry_for_all_systems() -> None:
    locked = convert(uv_lock(brush("1.0")))
    wheel = {"file": "brush-1.0-py3-none-any.whl", "sha256": "1.0", "size": 7}
    entry = {"version": "1.0", "index": "index-url", "wheel": wheel, "requires": []}
    assert locked.packages == {"brush": entry}
    assert locked.members == {"door": {"requires": ["brush"]}}
    assert packages.version(locked.packages["brush"]) == "1.0"


def test_an_entry_for_each_system() -> None:
    hair = brush("1.0", name="hair")
    document = uv_lock(
        brush("1.0", "platform_machine == 'x86_64'"),
        brush("2.0", "platform_machine == 'aarch64'", dependencies=[{"name": "hair"}]),
        hair,
    )
    locked = convert(document).packages
    assert list(locked["brush"]["systems"]) == [AARCH64, X86_64]
    assert locked["brush"]["systems"][X86_64] == {
        "version": "1.0",
        "index": "index-url",
        "wheels": {X86_64: {"file": "brush-1.0-py3-none-any.whl", "sha256": "1.0", "size": 7}},
        "requires": [],
    }
    assert locked["brush"]["systems"][AARCH64]["requires"] == ["hair"]
    # One of the systems alone needs it.
    assert list(locked["hair"]["wheels"]) == [AARCH64]
    assert packages.version(locked["brush"]) == "1.0/2.0"
    # A file that the lock has is kept, also of an entry for one system.
    late = {"path": "/simple/brush-1.0-1-py3-none-any.whl", "hash": "sha256:late", "size": 7}
    document["package"][0]["wheels"].append(late)
    assert convert(document, locked).packages == locked
    assert convert(document).packages != locked


def test_two_versions_on_one_system() -> None:
    with pytest.raises(UserError) as caught:
        convert(uv_lock(brush("1.0"), brush("2.0")))
    assert caught.value.message == (
        "the resolve default: brush would have two versions on aarch64-linux, 1.0 and 2.0; ask "
        "for one of them in the manifest that names it"
    )


def test_a_package_from_elsewhere_than_an_index() -> None:
    with pytest.raises(UserError) as caught:
        convert(uv_lock(brush("1.0", source={"git": "https://host/brush"})))
    assert caught.value.message == (
        "brush comes from git, but only packages of an index can be locked; change "
        "[tool.uv.sources] or the requirement"
    )


def test_no_index_provides_a_member() -> None:
    document = uv_lock(brush("1.0", name="paint"), requires="paint")
    with pytest.raises(UserError) as caught:
        convert(document)
    assert caught.value.message == (
        "the resolve default would take paint from the package index, but that is a member of the "
        "workspace in another resolve; add it to this one, or rename it"
    )


def nail() -> dict[str, Any]:
    file = {"path": "/gone/nail-1.0.tar.gz", "hash": "sha256:0"}
    return {"name": "nail", "version": "1.0", "source": REGISTRY, "sdist": file}


def test_what_is_known_of_an_sdist_is_not_fetched_again() -> None:
    sdist = {"file": "nail-1.0.tar.gz", "sha256": "0", "size": 1}
    known = {"nail": {"version": "1.0", "sdist": sdist, "build": "anvil>=2"}}
    locked = convert(uv_lock(nail(), requires="nail"), known)
    assert locked.packages["nail"]["build"] == "anvil>=2"
