from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.missing_files import note

ERROR = "FileNotFoundError: [Errno 2] No such file or directory: "


@pytest.fixture
def shop(tmp_path: Path, write: Callable[..., Path]) -> Path:
    """The directory of a member."""
    write(tmp_path / "shop/shop/core.py")
    write(tmp_path / "shop/data/it's.json")
    write(tmp_path / "other/secret.txt")
    return tmp_path / "shop"


@pytest.mark.parametrize(
    "path",
    [
        "shop/core.py",
        "/build/checkout/shop/core.py",
        "/tmp/nix-build-shop-tests.drv-0/checkout/shop/core.py",
    ],
)
def test_a_file_that_the_member_has(shop: Path, path: str) -> None:
    assert note(shop, "src/shop", f"E   {ERROR}'{path}'\nFAILED\n{ERROR}'{path}'") == (
        "note: tests of src/shop do not find shop/core.py, which src/shop has: name what they read "
        'beside themselves in `files` of [tool.services.tests] (docs/testing.md, "Tests in other '
        'places")'
    )


@pytest.mark.parametrize(
    "path", ["shop/other.py", "/etc/passwd", "../other/secret.txt", "/build/checkout/nothing"]
)
def test_a_file_that_it_does_not_have(shop: Path, path: str) -> None:
    assert note(shop, "src/shop", f"{ERROR}'{path}'") == ""


def test_not_all_of_many(shop: Path, write: Callable[..., Path]) -> None:
    log = []
    for number in range(7):
        write(shop / f"{number}.txt")
        log.append(f"{ERROR}'{number}.txt'")
    assert "0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more, which" in note(
        shop, "src/shop", "\n".join(log)
    )
