"""What may need a compiler is named before a build fails, with a version that needs none."""

from typing import Any

from please_cli.lock.python.compiled import note
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.python.resolves import Resolve

RESOLVE = Resolve("next", frozenset(), "trixie", Interpreter("3.13.5", (2, 41)))
WHEEL = "manylinux_2_17"

INDEX = {
    # The next versions have wheels for it, not all on both systems.
    "nail": [
        "nail-1.0.tar.gz",
        f"nail-1.0-cp312-cp312-{WHEEL}_x86_64.whl",
        f"nail-1.1-cp313-cp313-{WHEEL}_x86_64.whl",
        f"nail-1.2rc1-cp313-abi3-{WHEEL}_x86_64.whl",
        f"nail-1.2rc1-cp313-abi3-{WHEEL}_aarch64.whl",
        f"nail-1.10-cp313-cp313-{WHEEL}_x86_64.whl",
        f"nail-1.10-cp313-cp313-{WHEEL}_aarch64.whl",
        f"nail-1.9-cp39-abi3-{WHEEL}_x86_64.whl",
        f"nail-1.9-cp39-abi3-{WHEEL}_aarch64.whl",
        "nail-1.0-py2.7.egg",
        "nail-broken.whl",
    ],
    # No Linux has wheels of it.
    "screw": ["screw-2.0.tar.gz", "screw-2.0-cp313-cp313-win_amd64.whl", "screw-2.1.tar.gz"],
    "prose": ["prose-1.0.tar.gz", "prose-2.0-py3-none-any.whl"],
}


def offered(index: str, project: str) -> list[str]:
    assert index == "index-url"
    return INDEX[project]


def sdist(name: str, version: str) -> dict[str, Any]:
    file = {"file": f"{name}-{version}.tar.gz", "sha256": "0" * 64, "size": 1}
    return {"version": version, "index": "index-url", "sdist": file, "build": ""}


PACKAGES = {
    "nail": sdist("nail", "1.0"),
    "screw": sdist("screw", "2.0"),
    "prose": sdist("prose", "1.0"),
    "wheeled": {"version": "1.0", "index": "index-url", "wheel": {"file": "wheeled-1.0.whl"}},
}


def test_what_has_compiled_wheels_for_others() -> None:
    assert note(RESOLVE, PACKAGES, {}, offered) == (
        "note: the resolve next has source distributions of packages that have compiled wheels, "
        "but none for Python 3.13.5, and builds here have no compiler: nail 1.0 (1.9 has wheels), "
        "screw 2.0 (no later version has wheels); if one does not build, raise it in the "
        "manifest, or in the requirements.txt that pins it"
    )


def test_what_was_locked_is_not_named_again() -> None:
    assert note(RESOLVE, PACKAGES, PACKAGES, offered) == ""
    assert note(RESOLVE, {"prose": PACKAGES["prose"]}, {}, offered) == ""
    newer = PACKAGES | {"nail": sdist("nail", "0.9")}
    assert "screw 2.0 (" in note(RESOLVE, PACKAGES, {"nail": PACKAGES["nail"]}, offered)
    assert "nail" not in note(RESOLVE, newer, {"screw": PACKAGES["screw"]}, offered)
