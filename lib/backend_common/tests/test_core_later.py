import subprocess
import sys

import pytest
from backend_common.core import later


def test_what_is_there_will_do() -> None:
    later.require("flask", "json")


def test_what_is_not_there_fails_at_once() -> None:
    with pytest.raises(ModuleNotFoundError) as error:
        later.require("flask", "no_such_package")
    assert str(error.value) == "No module named 'no_such_package'"
    assert error.value.name == "no_such_package"


def test_nothing_is_imported() -> None:
    code = (
        "import sys; from backend_common.core import later; before = {*sys.modules}; "
        "later.require('xmlrpc'); assert {*sys.modules} == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
