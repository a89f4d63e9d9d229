"""Which texts are the URL of a store."""

import pytest
from please_cli import store_url
from please_cli.errors import UserError


@pytest.mark.parametrize(
    "url",
    [
        *("ssh-ng://root@host", "ssh://host", "s3://bucket?region=eu-west-1", "https://cache"),
        *("file:///srv/cache?compression=zstd", "/srv/store", "/srv/store?a=b"),
        *("daemon", "local?root=/srv/store", "local:///srv/store"),
    ],
)
def test_a_store(url: str) -> None:
    store_url.check(url)


@pytest.mark.parametrize(
    "url",
    [
        *("relative/directory", "./directory", "../directory", "~/store", "host", "root@host:/nix"),
        *("file://relative/directory", "file://", "file:/srv/cache", "relative?a=ssh://host", ""),
    ],
)
def test_neither_a_url_nor_an_absolute_path(url: str) -> None:
    with pytest.raises(UserError) as raised:
        store_url.check(url)
    assert raised.value.message == (
        f"--to {url}: this is neither a URL nor an absolute path; write /DIRECTORY for a store in "
        "a directory, file:///DIRECTORY for a binary cache, ssh-ng://root@HOST for the store of a "
        "machine"
    )
