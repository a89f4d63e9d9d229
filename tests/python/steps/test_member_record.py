"""importlib.metadata.files() of a member lists what an environment has of it."""

import os
from base64 import urlsafe_b64decode
from hashlib import sha256
from importlib.metadata import PathDistribution
from pathlib import Path

from parts import Parts
from prefix import SITE_PACKAGES

INFO = f"{SITE_PACKAGES}/Acme.shop-1.0.dist-info"
METADATA = {
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: Acme.shop\nVersion: 1.0\n",
    f"{INFO}/entry_points.txt": "[console_scripts]\nsell = acme_shop:sell\n",
}
CODE = {
    f"{SITE_PACKAGES}/acme_shop/__init__.py": "",
    f"{SITE_PACKAGES}/acme_shop/text, with a comma.txt": "text",
    f"{SITE_PACKAGES}/acme_shop/__pycache__/__init__.cpython-311.pyc": "",
    "share/acme_shop/settings.py": "",
}
TOP = {
    f"{SITE_PACKAGES}/config.py": "",
    f"{SITE_PACKAGES}/app/web/__init__.py": "",
    f"{SITE_PACKAGES}/app/web/page.html": "page",
}
DB = {f"{SITE_PACKAGES}/acme_shop/db.py": ""}
OTHER = {f"{SITE_PACKAGES}/acme/__init__.py": ""}


def link(directory: Path, *parts: dict[str, str]) -> PathDistribution:
    """Make an environment of parts, each the text of files by path; return the member in it."""
    made = Parts(directory)
    environment = made.link(
        *(
            made.part(str(number), part)._replace(package="acme" if part is OTHER else "acme-shop")
            for number, part in enumerate(parts)
        )
    )
    return PathDistribution(environment / INFO)


def listed(member: PathDistribution) -> set[str]:
    """Return the paths in the environment that a member lists, all of which are there."""
    files = member.files or []
    assert all(Path(file.locate()).is_file() for file in files)
    assert len(files) == len(set(files))
    env = Path(str(member.locate_file(""))).parents[2]
    return {os.path.relpath(file.locate(), env) for file in files}


def test_files_of_all_parts(tmp_path: Path) -> None:
    member = link(tmp_path, METADATA, CODE, DB, OTHER)
    assert listed(member) == {*METADATA, *CODE, *DB, f"{INFO}/RECORD", "bin/sell"}


def test_packages_and_modules_of_other_names(tmp_path: Path) -> None:
    member = link(tmp_path, METADATA, CODE, TOP, OTHER)
    assert listed(member) == {*METADATA, *CODE, *TOP, f"{INFO}/RECORD", "bin/sell"}


def test_files_of_an_extra_that_is_not_there(tmp_path: Path) -> None:
    assert listed(link(tmp_path, METADATA, CODE)).isdisjoint(DB)


def test_a_development_shell_has_the_metadata_alone(tmp_path: Path) -> None:
    assert listed(link(tmp_path, METADATA)) == {*METADATA, f"{INFO}/RECORD", "bin/sell"}


def test_metadata_is_as_before(tmp_path: Path) -> None:
    member = link(tmp_path, METADATA, CODE)
    assert (member.name, member.version) == ("Acme.shop", "1.0")
    assert [point.name for point in member.entry_points] == ["sell"]


def test_hashes_and_sizes(tmp_path: Path) -> None:
    member = link(tmp_path, METADATA, CODE)
    for file in member.files or []:
        content = Path(file.locate()).read_bytes()
        if file.name in ("RECORD", "sell") or file.suffix == ".pyc":
            assert file.hash is None
        else:
            assert file.hash is not None
            assert file.hash.mode == "sha256"
            assert urlsafe_b64decode(file.hash.value + "=") == sha256(content).digest()
            assert file.size == len(content)


def test_the_record_of_a_wheel_stays(tmp_path: Path) -> None:
    wheel = {f"{SITE_PACKAGES}/six-1.dist-info/RECORD": "six.py,,\n"}
    link(tmp_path, METADATA, wheel)
    dist_info = tmp_path / "env" / SITE_PACKAGES / "six-1.dist-info"
    assert dist_info.is_symlink()
    assert (dist_info / "RECORD").read_text() == "six.py,,\n"


def test_the_part_is_not_written_to(tmp_path: Path) -> None:
    link(tmp_path, METADATA, CODE)
    assert not (tmp_path / "0" / INFO / "RECORD").exists()
