from collections.abc import Callable
from pathlib import Path

import pytest
from please_cli.errors import UserError
from please_cli.lock.debian import components


def test_components_are_read(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write(tmp_path / "c.toml", '[bash]\npackages = ["bash"]\nwithout = []\n')
    assert components.read(path)["bash"]["packages"] == ["bash"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{",
            ": cannot read the components: Invalid statement (at line 1, column 1); correct the "
            "file",
        ),
        ('[bash]\npackages = "bash"', ": bash: 'packages' is not a list; correct the file"),
        ("[bash]\npackages = []", ": bash: 'without' is not a list; correct the file"),
        ("bash = []", ": bash: 'packages' is not a list; correct the file"),
    ],
)
def test_components_that_are_something_else(
    tmp_path: Path, write: Callable[..., Path], text: str, expected: str
) -> None:
    path = write(tmp_path / "c.toml", text)
    with pytest.raises(UserError) as caught:
        components.read(path)
    assert caught.value.message.startswith(f"{path}{expected}")
