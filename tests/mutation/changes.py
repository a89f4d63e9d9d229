"""Small changes to Python code: a comparison, a condition, a returned value, a number."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Change:
    """One change, at one place.

    Attributes:
        path: The file.
        line: The line where the changed expression begins, from 1.
        old: The expression as it is written there.
        new: What stands in its place.
        source: The whole line, for people.
        start: Where the expression begins in the file's bytes.
        end: Where it ends there.
    """

    path: Path
    line: int
    old: str
    new: str
    source: str
    start: int
    end: int

    def apply(self) -> None:
        """Write the file with the change."""
        text = self.path.read_bytes()
        self.path.write_bytes(text[: self.start] + self.new.encode() + text[self.end :])


def find(path: Path) -> list[Change]:
    """Return all changes to the code of one file, in the order of the file."""
    text = path.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, new in _pairs(ast.parse(text)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        source = text.splitlines()[node.lineno - 1].decode().strip()
        old = text[start:end].decode()
        found.append(Change(path, node.lineno, old, f"({new})", source, start, end))
    return sorted(found, key=lambda each: (each.start, each.end, each.new))


def _pairs(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield each expression that may be replaced, and what stands in its place."""
    for node in _code(tree):
        match node:
            case ast.Compare(left=left, ops=[first, *more], comparators=values):
                ops: list[ast.cmpop] = [OPPOSITES[type(first)](), *more]
                yield node, ast.unparse(ast.Compare(left, ops, values))
            case ast.BoolOp(op=op, values=values):
                other = ast.Or() if isinstance(op, ast.And) else ast.And()
                yield node, ast.unparse(ast.BoolOp(other, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield node, ast.unparse(operand)
            case ast.Constant(value=bool(value)):
                yield node, repr(not value)
            case ast.Constant(value=int() | float() as value):
                yield node, repr(value + 1)
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield test, f"not ({ast.unparse(test)})"
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                yield value, "None"


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is executed: no annotations, and nothing for type checkers alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child)
