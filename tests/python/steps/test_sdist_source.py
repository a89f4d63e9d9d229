"""The archive of an sdist; test_build_sdist.py and test_describe_sdist.py have its backend."""

from pathlib import Path

import pytest
import sdist_source


@pytest.mark.parametrize("file", ["../sample.tar.gz", "", "..", "/sample.tar.gz"])
def test_a_name_that_no_file_has(tmp_path: Path, file: str) -> None:
    with pytest.raises(SystemExit) as raised:
        sdist_source.unpack(tmp_path / "sample.tar.gz", file, tmp_path)
    assert str(raised.value) == (
        f"error: {file} is not the name of an sdist. The lock is damaged: run ./please lock."
    )
