from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python.artifacts import artifact, choose, filename
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.systems import SYSTEMS

PYTHON = Interpreter("3.11.2", (2, 36))

X86_64, AARCH64 = "x86_64-linux", "aarch64-linux"


def package(*files: str, sdist: str = "") -> dict[str, Any]:
    def listed(file: str) -> dict[str, str]:
        return {"url": f"https://host/simple/{file}", "hash": f"sha256:{file}"}

    found: dict[str, Any] = {"name": "paint", "version": "1.0", "wheels": list(map(listed, files))}
    return found | ({"sdist": listed(sdist)} if sdist else {})


def chosen(found: dict[str, Any], system: str) -> str:
    return str(found["wheels"][system]["file"])


def test_one_wheel_for_all() -> None:
    assert choose(package("paint-1.0-py3-none-any.whl"), SYSTEMS, PYTHON) == {
        "wheel": {
            "file": "paint-1.0-py3-none-any.whl",
            "sha256": "paint-1.0-py3-none-any.whl",
        }
    }


def test_the_best_wheel_of_each_system() -> None:
    found = choose(
        package(
            "paint-1.0-py3-none-any.whl",
            "paint-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "paint-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
            "paint-1.0-cp311-cp311-manylinux_2_39_x86_64.whl",
            "paint-1.0-cp39-abi3-manylinux_2_17_aarch64.whl",
            "paint-1.0-cp311-cp311-musllinux_1_2_aarch64.whl",
        ),
        SYSTEMS,
        PYTHON,
    )
    assert chosen(found, X86_64) == "paint-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    assert chosen(found, AARCH64) == "paint-1.0-cp39-abi3-manylinux_2_17_aarch64.whl"


def test_a_later_build_is_better() -> None:
    found = choose(
        package("paint-1.0-1-py3-none-any.whl", "paint-1.0-2-py3-none-any.whl"), SYSTEMS, PYTHON
    )
    assert found["wheel"]["file"] == "paint-1.0-2-py3-none-any.whl"


def test_a_late_upload_changes_nothing() -> None:
    old, new = "paint-1.0-py3-none-any.whl", "paint-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
    assert choose(package(old, new), [X86_64], PYTHON)["wheels"][X86_64]["file"] == new
    kept = choose(package(old, new), [X86_64], PYTHON, kept=frozenset([old]))
    assert chosen(kept, X86_64) == old


def test_a_package_of_one_system_needs_no_other_file() -> None:
    found = choose(package("paint-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"), [X86_64], PYTHON)
    assert list(found["wheels"]) == [X86_64]


def test_no_wheel_for_one_of_the_systems() -> None:
    found = choose(
        package("paint-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", sdist="paint-1.0.tar.gz"),
        SYSTEMS,
        PYTHON,
    )
    assert list(found) == ["sdist"]
    assert found["sdist"]["file"] == "paint-1.0.tar.gz"


def test_names_that_are_no_wheels_are_passed_over() -> None:
    found = choose(package("paint-1.0-garbage.whl", "paint-1.0-py3-none-any.whl"), SYSTEMS, PYTHON)
    assert found["wheel"]["file"] == "paint-1.0-py3-none-any.whl"


def test_no_file_at_all() -> None:
    with pytest.raises(UserError) as caught:
        choose(package("paint-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"), SYSTEMS, PYTHON)
    assert caught.value.message == (
        "paint 1.0 has no wheel for aarch64-linux (CPython 3.11, glibc 2.36) and no source "
        "distribution; ask for another version in the manifest that names it"
    )


def test_the_digest_in_the_address() -> None:
    url = f"https://host/packages/ab/cd/{'e' * 60}/paint-1.0%2Blocal.tar.gz"
    found = artifact({"name": "paint"}, {"url": url, "hash": "sha256:0"})
    assert found == {
        "file": "paint-1.0+local.tar.gz",
        "sha256": "0",
        "blake2b": f"abcd{'e' * 60}",
    }


def test_a_file_of_an_index_in_a_directory() -> None:
    assert filename({"path": "/simple/paint/paint-1.0.tar.gz"}) == "paint-1.0.tar.gz"


def test_an_index_without_digests() -> None:
    with pytest.raises(UserError) as caught:
        artifact({"name": "paint"}, {"url": "https://host/paint-1.0.tar.gz"})
    assert caught.value.message == (
        "the package index gives no sha256 for paint-1.0.tar.gz of paint, so it cannot be locked; "
        "use an index that does"
    )
