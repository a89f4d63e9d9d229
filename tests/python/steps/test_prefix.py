"""A part has the shape that CPython gives to a virtual environment."""

import sysconfig

from prefix import SITE_PACKAGES


def test_modules_are_where_a_virtual_environment_has_them() -> None:
    assert sysconfig.get_path("purelib", "venv", {"base": "/prefix"}) == f"/prefix/{SITE_PACKAGES}"
