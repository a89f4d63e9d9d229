from pathlib import Path

from bench.toolchain import built, name_of, remove, size


def test_derivations_are_counted_by_what_nix_says_it_builds() -> None:
    said = """\
these 2 derivations will be built:
  /nix/store/9ln7579c2y6aqb78iq5xrkv2maa42saq-tokens-code.drv
  /nix/store/kghv69pjbanpcjfy8ck7f322lky6mhk4-tokens.drv
building '/nix/store/9ln7579c2y6aqb78iq5xrkv2maa42saq-tokens-code.drv'...
building '/nix/store/kghv69pjbanpcjfy8ck7f322lky6mhk4-tokens.drv'...
"""
    assert built(said) == ["tokens-code", "tokens"]


def test_a_store_path_weighs_what_its_files_do(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/module.py").write_bytes(b"x" * 1000)
    (tmp_path / "link").symlink_to("lib")
    assert size(tmp_path) == 1000 + len("lib")
    assert size(tmp_path / "lib/module.py") == 1000


def test_a_store_path_is_named_by_what_follows_the_hash() -> None:
    assert name_of(Path("/nix/store/kghv69pjbanpcjfy8ck7f322lky6mhk4-flask-3.1.3")) == "flask-3.1.3"


def test_a_store_is_removed_though_its_directories_are_read_only(tmp_path: Path) -> None:
    path = tmp_path / "store/path"
    path.mkdir(parents=True)
    (path / "file").touch()
    path.chmod(0o555)
    remove(tmp_path / "store")
    assert not (tmp_path / "store").exists()
