"""Compare Python modules as programs: by their syntax trees.

Comments, blank lines, quotes and the encoding of a file do not matter. In the `__init__.py` of a
namespace package, docstrings and the kind of its declaration do not matter either: a declaration
adds the package's directories elsewhere on sys.path to its __path__ (PEP 420, "Differences between
namespace packages and regular packages"), and in an environment all of them are one directory.
"""

import ast
import warnings
from collections.abc import Iterator, Sequence

# The statements of namespace packages, as ast.unparse writes them. pkgutil's needs the standard
# library alone, so the first set goes before the second.
PKGUTIL = {
    "import pkgutil",
    "from pkgutil import extend_path",
    "__path__ = extend_path(__path__, __name__)",
    "__path__ = pkgutil.extend_path(__path__, __name__)",
    "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
}
PKG_RESOURCES = {
    "import pkg_resources",
    "from pkg_resources import declare_namespace",
    "declare_namespace(__name__)",
    "pkg_resources.declare_namespace(__name__)",
    "__import__('pkg_resources').declare_namespace(__name__)",
}


def parse(source: bytes) -> ast.Module | None:
    """Return the syntax tree of a module; None if it is not Python, or nested too deeply."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None  # the `u` before a string
    return tree


def same_program(one: bytes, other: bytes) -> bool:
    """Tell whether two modules have the same syntax tree."""
    if one == other:
        return True
    trees = [parse(one), parse(other)]
    try:
        dumps = [ast.dump(tree) for tree in trees if tree is not None]
    except RecursionError:
        return False
    return len(dumps) == len(trees) and dumps[0] == dumps[1]


def best_declaration(sources: Sequence[bytes]) -> int | None:
    """Return which of several `__init__.py` to take if all do no more than declare a namespace.

    Returns:
        The index of the first one that declares it with pkgutil; else with pkg_resources; else 0,
        because all are empty. None if one of them does anything else.
    """
    ranks = [declaration_rank(source) for source in sources]
    known = [rank for rank in ranks if rank is not None]
    return ranks.index(min(known)) if len(known) == len(ranks) else None


def declaration_rank(source: bytes) -> int | None:
    """Return 0 for a declaration with pkgutil, 1 with pkg_resources, 2 for an empty module.

    Returns None for any other module.
    """
    tree = parse(source)
    if tree is None:
        return None
    statements = set(simple_statements(tree.body))
    if not statements <= PKGUTIL | PKG_RESOURCES:
        return None
    if not statements:
        return 2
    return 1 if statements & PKG_RESOURCES else 0


def simple_statements(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the statements of a module as text, in the branches of `try` too; no docstrings."""
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                continue
            case ast.ImportFrom(module="__future__"):
                continue
            case ast.Try(body=tried, handlers=handlers, orelse=[], finalbody=[]):
                yield from simple_statements(tried)
                for handler in handlers:
                    yield from simple_statements(handler.body)
            case ast.AnnAssign(target=target, value=ast.Call() as value):
                yield f"{ast.unparse(target)} = {ast.unparse(value)}"
            case _:
                yield ast.unparse(statement)
