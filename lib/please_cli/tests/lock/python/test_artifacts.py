import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from please_cli.errors import UserError
from please_cli.lock.python import artifacts
from please_cli.lock.python.artifacts import Artifact, filename
from please_cli.lock.python.files import Files
from please_cli.lock.python.interpreter import Interpreter
from please_cli.lock.systems import SYSTEMS

PYTHON = Interpreter("3.11.2", (2, 36))

X86_64, AARCH64 = "x86_64-linux", "aarch64-linux"


def package(*files: str, sdist: str = "") -> dict[str, Any]:
    def listed(file: str) -> dict[str, Any]:
        return {"url": f"https://host/simple/{file}", "hash": f"sha256:{file}", "size": 7}

    found: dict[str, Any] = {"name": "paint", "version": "1.0", "wheels": list(map(listed, files))}
    return found | ({"sdist": listed(sdist)} if sdist else {})


def choose(
    package: dict[str, Any],
    wanted: Iterable[str],
    python: Interpreter,
    known: Sequence[Artifact] = (),
) -> dict[str, Any]:
    with Files() as files:
        return artifacts.choose(package, wanted, python, files, known)


def artifact(file: dict[str, Any], known: Sequence[Artifact] = ()) -> Artifact:
    with Files() as files:
        return artifacts.artifact(file, files, known)


def chosen(found: dict[str, Any], system: str) -> str:
    return str(found["wheels"][system]["file"])


def test_one_wheel_for_all() -> None:
    assert choose(package("paint-1.0-py3-none-any.whl"), SYSTEMS, PYTHON) == {
        "wheel": {
            "file": "paint-1.0-py3-none-any.whl",
            "sha256": "paint-1.0-py3-none-any.whl",
            "size": 7,
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
    kept = choose(package(old, new), [X86_64], PYTHON, [{"file": old, "sha256": old}])
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
    found = artifact({"url": url, "hash": "sha256:0", "size": 7})
    assert found == {
        "file": "paint-1.0+local.tar.gz",
        "sha256": "0",
        "size": 7,
        "blake2b": f"abcd{'e' * 60}",
    }


def test_a_file_of_an_index_in_a_directory() -> None:
    assert filename({"path": "/simple/paint/paint-1.0.tar.gz"}) == "paint-1.0.tar.gz"


def test_what_the_index_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "paint-1.0.tar.gz"
    path.write_bytes(b"12345")
    digest = hashlib.sha256(b"12345").hexdigest()
    expected = {"file": path.name, "sha256": digest, "size": 5}
    for file in ({"path": str(path)}, {"url": path.as_uri()}):
        assert artifact(file) == expected
        assert artifact({**file, "hash": f"sha256:{digest}"}) == expected
        assert artifact({**file, "hash": "md5:0"}) == expected


def test_what_the_lock_before_says_is_not_read_again() -> None:
    known = {"file": "paint-1.0.tar.gz", "sha256": "0", "size": 5}
    file = {"path": "/gone/paint-1.0.tar.gz"}
    assert artifact(file, [known]) == known
    assert artifact({**file, "hash": "sha256:0"}, [known]) == known
    with pytest.raises(UserError, match=r"cannot fetch paint-1\.0\.tar\.gz: "):
        artifact({**file, "hash": "sha256:1"}, [known])
    with pytest.raises(UserError, match=r"cannot fetch paint-1\.0\.tar\.gz: "):
        artifact(file, [{"file": "paint-1.0.tar.gz", "sha256": "0"}])
