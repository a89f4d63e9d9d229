"""Files of directories that pip is configured for, which no sandbox shows to a build."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from artifacts import describe, locked
from checkout import append, edit_lock
from toolchain import build, build_error
from wheels import wheel

pytestmark = pytest.mark.builds


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A wheel that is in no store yet, in a directory with other files of its name."""
    directory = tmp_path / "wheels"
    directory.mkdir()
    return wheel(directory, "near", {"near.py": f"made_in = {str(tmp_path)!r}\n"})


def fetched(checkout: Path, artifact: dict[str, Any], index: str, **variables: str) -> Path:
    """Build the package `near` with a directory in pip's configuration; return its prefix."""
    edit_lock(checkout, lambda packages: packages.update(near=locked(wheel=artifact, index=index)))
    own = {"PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    return build("toolchain.wheels.near", root=checkout, variables={**own, **variables})


def test_find_links(checkout: Path, file: Path) -> None:
    assert fetched(checkout, describe(file), "find-links", PIP_FIND_LINKS=str(file.parent))


@pytest.mark.parametrize("is_linked", [True, False])
def test_an_index_in_a_directory(
    checkout: Path, tmp_path: Path, file: Path, is_linked: bool
) -> None:
    project = tmp_path / "simple/near"
    project.mkdir(parents=True)
    if is_linked:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        page = f'<a href="../../wheels/{file.name}#sha256={digest}">{file.name}</a>'
        (project / "index.html").write_text(page)
    else:
        (project / file.name).symlink_to(file)
    index = f"https://127.0.0.1:9/simple {(tmp_path / 'simple').as_uri()}/"
    assert fetched(checkout, describe(file), "extra-index-url-2", PIP_EXTRA_INDEX_URL=index)


def test_an_index_of_the_manifest(checkout: Path, tmp_path: Path, file: Path) -> None:
    assert tmp_path
    table = '\n[[tool.uv.index]]\nname = "mine"\nurl = "vendor"\nformat = "flat"\nexplicit = true\n'
    append(checkout / "pyproject.toml", table)
    (checkout / "vendor").mkdir()
    file.rename(checkout / "vendor" / file.name)
    assert fetched(checkout, describe(checkout / "vendor" / file.name), "mine")


def test_another_file_of_that_name(checkout: Path, tmp_path: Path, file: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / file.name).write_text("another build of it")
    links = f"{tmp_path}/other {file.parent}"
    assert fetched(checkout, describe(file), "find-links", PIP_FIND_LINKS=links)


def test_no_directory_has_the_file(checkout: Path, tmp_path: Path, file: Path) -> None:
    artifact = describe(file)
    file.write_text("another build of it")
    edit_lock(
        checkout,
        lambda packages: packages.update(near=locked(wheel=artifact, index="find-links")),
    )
    variables = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
    }
    assert "near-1.0-py3-none-any.whl is not on the index that pip is configured for" in (
        build_error("toolchain.wheels.near", root=checkout, variables=variables)
    )
