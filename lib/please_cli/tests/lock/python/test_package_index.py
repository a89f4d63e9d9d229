import tomllib

from please_cli.lock.python.package_index import Index


def test_a_login_is_for_uv_alone() -> None:
    index = Index("index-url", 'https://user:p%40"ss@h/s')
    assert index.url == "https://h/s"
    assert "ss" not in repr(index)
    assert tomllib.loads(index.toml()) == {"index": [{"name": "index-url", "url": index.address}]}


def test_a_page_of_files_in_place_of_the_default() -> None:
    expected = {"name": "find-links", "url": "/w", "format": "flat", "default": True}
    index = Index("find-links", "/w", is_flat=True)
    assert tomllib.loads(index.toml(default=True)) == {"index": [expected]}
