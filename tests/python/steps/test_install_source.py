"""The code of a member, and what stands beside its package, go into a prefix."""

from pathlib import Path

import pytest
from install_source import Layout, gather, install_source
from prefix import SITE_PACKAGES

SAMPLE = Layout(["sample"], packages=["sample"])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "sample/__init__.py": "",
        "sample/templates/page.html": "<p>",
        "settings.py": "NAME = 'sample'\n",
        "migrations/versions/first.py": "",
    }
    for name, content in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "source/sample/empty").mkdir()
    return tmp_path / "source"


def test_files_go_to_their_places(source: Path, tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    install_source(str(source), "sample", str(prefix), "src/sample", SAMPLE)
    files = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()}
    assert files == {
        f"{SITE_PACKAGES}/sample/__init__.py",
        f"{SITE_PACKAGES}/sample/__pycache__/__init__.cpython-311.pyc",
        f"{SITE_PACKAGES}/sample/templates/page.html",
        "share/sample/__pycache__/settings.cpython-311.pyc",
        "share/sample/settings.py",
        "share/sample/migrations/versions/__pycache__/first.cpython-311.pyc",
        "share/sample/migrations/versions/first.py",
    }


def test_directories_without_files_are_left_out(source: Path, tmp_path: Path) -> None:
    install_source(str(source), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE)
    assert not (tmp_path / "prefix" / SITE_PACKAGES / "sample/empty").exists()


def test_a_part_without_files_is_a_prefix(tmp_path: Path) -> None:
    (tmp_path / "source/sample").mkdir(parents=True)
    install_source(
        str(tmp_path / "source"), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE
    )
    assert (tmp_path / "prefix" / SITE_PACKAGES).is_dir()


def test_links_are_followed_where_they_lead_to_a_file(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / "sample/page.html").symlink_to("templates/page.html")
    (source / "sample/lost.html").symlink_to("nowhere")
    (source / "sample/again").symlink_to("templates")
    (source / "sample/passwd").symlink_to("/etc/passwd")
    (source / "sample/etc").symlink_to("/etc")
    install_source(str(source), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE)
    package = tmp_path / "prefix" / SITE_PACKAGES / "sample"
    assert not (package / "page.html").is_symlink()
    assert (package / "page.html").read_text() == "<p>"
    assert (package / "again/page.html").read_text() == "<p>"
    assert not (package / "lost.html").exists()
    assert not (package / "passwd").exists()
    assert not (package / "etc").exists()
    assert (
        "note: sample/lost.html is a link to nowhere, which is not one of the files that are "
        "built: it is left out. Put the file itself there if the app needs it.\n"
    ) in capsys.readouterr().out


def test_a_link_that_leads_back(source: Path, tmp_path: Path) -> None:
    (source / "sample/again").symlink_to(".")
    with pytest.raises(SystemExit, match=r"^error: sample/again is a link to a directory that it "):
        install_source(str(source), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE)


@pytest.mark.parametrize("name", ["sample/broken.py", "migrations/versions/broken.py"])
def test_a_module_that_does_not_compile(
    source: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    (source / name).write_text("def broken(:\n")
    with pytest.raises(SystemExit) as raised:
        install_source(str(source), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE)
    assert str(raised.value) == (
        f"error: src/sample/{name} does not compile: invalid syntax (broken.py, line 1). Correct "
        "it, and build again."
    )
    assert "broken.py" in capfd.readouterr().out


def test_packages_of_a_root_and_modules_beside_them(tmp_path: Path) -> None:
    files = ["src/sample/__init__.py", "src/tool.py", "src/sample/run.sh", "settings.py"]
    for name in files:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(0o755)
    layout = Layout(["sample", "tool.py"], "src", ["sample"], ["tool.py"])
    prefix = tmp_path / "prefix"
    install_source(str(tmp_path / "source"), "sample", str(prefix), "src/sample", layout)
    site = prefix / SITE_PACKAGES
    modes = {
        str(path.relative_to(prefix)): bool(path.stat().st_mode & 0o111)
        for path in prefix.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    # As in a wheel of setuptools, no module of a package is executable.
    assert modes == {
        f"{SITE_PACKAGES}/sample/__init__.py": False,
        f"{SITE_PACKAGES}/sample/run.sh": True,
        f"{SITE_PACKAGES}/tool.py": False,
        "share/sample/settings.py": False,
    }
    assert (site / "__pycache__").is_dir()


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with a module, in one of texts.nix, for a step that runs in an empty directory."""
    (tmp_path / "texts").write_text("13 6\nsample/api.pyx = 1\n")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return str(tmp_path / "texts")


def test_texts_come_together_with_a_tree(source: Path, tmp_path: Path, texts: str) -> None:
    (source / "sample/run.sh").touch(0o555)
    (source / "sample/linked.py").symlink_to("api.py")
    (source / "sample/again").symlink_to("templates")
    (source / "sample").chmod(0o555)
    install_source(
        gather(str(source), texts), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE
    )
    package = tmp_path / "prefix" / SITE_PACKAGES / "sample"
    assert (package / "api.py").read_text() == "x = 1\n"
    assert (package / "linked.py").read_text() == "x = 1\n"
    assert (package / "again/page.html").read_text() == "<p>"
    assert (package / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "prefix/share/sample/settings.py").exists()


def test_texts_alone(texts: str) -> None:
    gathered = gather("", texts)
    found = [path for path in Path(gathered).rglob("*") if path.is_file()]
    assert [str(path.relative_to(gathered)) for path in found] == ["sample/api.py"]


def test_a_tree_alone_is_not_copied(source: Path) -> None:
    assert gather(str(source), "") == str(source)


def test_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    install_source(gather("", ""), "sample", str(tmp_path / "prefix"), "src/sample", SAMPLE)
    assert [path.name for path in (tmp_path / "prefix").rglob("*") if path.is_file()] == []
