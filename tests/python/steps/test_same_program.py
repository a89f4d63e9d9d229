"""Modules are the same if Python does the same with them."""

import pytest
from same_program import best_declaration, same_program


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"x = 1", b"# a comment\nx = 1  # another\n\n"),
        (b"x = 'a'", b'\xef\xbb\xbfx = "a"\r\n'),
        (b"x = '\xc3\xa9'", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"),
        (b"x = u'a'", b"x = 'a'"),
        (b"x = 1 + 2", b"x = (1 +\n     2)"),
        (b"not python", b"not python"),
    ],
)
def test_the_same(one: bytes, other: bytes) -> None:
    assert same_program(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"x = 1", b"x = 2"),
        (b"x = 1", b"x = 1.0"),
        (b"x = 'a'", b"x = b'a'"),
        (b"", b"'''A docstring is an attribute of a module.'''"),
        (b"not python", b"not python at all"),
        (b"x = " + b"-" * 5000 + b"1", b"x = " + b"-" * 5001 + b"1"),
        (b"x = " + b"(" * 500 + b")" * 500, b"x = 1"),
    ],
)
def test_not_the_same(one: bytes, other: bytes) -> None:
    assert not same_program(one, other)


PKGUTIL = [
    b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
    b'__path__ = __import__("pkgutil").extend_path(__path__, __name__)  # type: ignore\n',
    b"'''Doc.'''\nfrom pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)",
    b"import pkgutil\n__path__: list[str] = pkgutil.extend_path(__path__, __name__)",
]
PKG_RESOURCES = [
    b"__import__('pkg_resources').declare_namespace(__name__)",
    b"import pkg_resources\npkg_resources.declare_namespace(__name__)",
    b"from pkg_resources import declare_namespace\ndeclare_namespace(__name__)",
    b"__import__(u'pkg_resources').declare_namespace(__name__)",
    b"""\
# this is a namespace package
try:
    __import__('pkg_resources').declare_namespace(__name__)
except ImportError:
    from pkgutil import extend_path
    __path__ = extend_path(__path__, __name__)
""",
]
EMPTY = [b"", b"# a comment", b"'''Doc.'''", b"from __future__ import annotations", b"pass"]


@pytest.mark.parametrize("pkgutil", PKGUTIL)
@pytest.mark.parametrize("pkg_resources", PKG_RESOURCES)
def test_a_declaration_with_pkgutil_is_best(pkgutil: bytes, pkg_resources: bytes) -> None:
    assert best_declaration([b"", pkg_resources, pkgutil, PKGUTIL[0]]) == 2


@pytest.mark.parametrize("pkg_resources", PKG_RESOURCES)
def test_a_declaration_is_better_than_none(pkg_resources: bytes) -> None:
    assert best_declaration([*EMPTY, pkg_resources]) == len(EMPTY)


def test_the_first_of_equals() -> None:
    assert best_declaration(EMPTY) == 0


@pytest.mark.parametrize(
    "other",
    [
        b"x = 1",
        b"__path__ = []",
        PKGUTIL[0] + b"\n__version__ = '1.0'",
        b"if True:\n    pass",
        b"try:\n    pass\nfinally:\n    pass",
        b"not python",
    ],
)
def test_modules_that_do_more(other: bytes) -> None:
    assert best_declaration([PKGUTIL[0], other]) is None
