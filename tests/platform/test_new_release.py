"""Another Debian release is one file of data and one lock; docs/platform.md says so."""

from pathlib import Path

import pytest
from checkout import edit
from toolchain import evaluate

RELEASES = Path("nix/platform/releases")
LOCKS = Path("nix/lock/debian")


@pytest.fixture
def extended(checkout: Path) -> Path:
    """A checkout with one more release, made of the packages of Debian 13."""
    release = (checkout / RELEASES / "trixie.toml").read_text()
    (checkout / RELEASES / "zurg.toml").write_text(release)
    lock = (checkout / LOCKS / "trixie.json").read_text()
    (checkout / LOCKS / "zurg.json").write_text(lock.replace('"trixie"', '"zurg"'))
    # And what `./please lock` makes of it, when a resolve names it.
    edit(checkout / "pyproject.toml", 'platform = "trixie"', 'platform = "zurg"')
    for path in (checkout / "nix/lock/python").glob("*.json"):
        text = path.read_text().replace('"platform": "trixie"', '"platform": "zurg"')
        path.rename(path.with_stem(path.stem.replace("trixie", "zurg"))).write_text(text)
    for path in (RELEASES / "trixie.toml", LOCKS / "trixie.json"):
        (checkout / path).unlink()
    return checkout


def test_all_that_a_resolve_has_is_made_of_it(extended: Path) -> None:
    outputs = (
        "let inherit (import ./. { }) toolchain treestatus backend_common; in map (it: it.outPath) "
        "[ toolchain.kits.next.platform.python toolchain.shells.next treestatus.resolves.next "
        "backend_common.resolves.next.tests ]"
    )
    assert len(set(evaluate(outputs, root=extended))) == 4
    python = "(import ./. { }).toolchain.kits.next.platform.python.drvPath"
    assert evaluate(python, root=extended) != evaluate(python), "it is fetched by another lock"


def test_it_is_not_among_what_lasts(extended: Path) -> None:
    tests = evaluate("(import ./. { }).toolchain.tests.treestatus", root=extended)
    assert tests == {"default": True, "next": False}
    edit(extended / RELEASES / "zurg.toml", "frozen = false", "frozen = true")
    tests = evaluate("(import ./. { }).toolchain.tests.treestatus", root=extended)
    assert tests == {"default": True, "next": True}
