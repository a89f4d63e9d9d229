from typing import Any

from please_cli.lock.python import graph
from please_cli.lock.python.interpreter import Interpreter

X86_64, AARCH64 = "x86_64-linux", "aarch64-linux"
HOLDS = Interpreter("3.11.2", (2, 36)).holds


def test_edges_are_node_keys() -> None:
    dependencies: list[dict[str, Any]] = [
        {"name": "psycopg", "extra": ["binary"]},
        {"name": "flask"},
        {"name": "pywin32", "marker": "sys_platform == 'win32'"},
    ]
    assert graph.edges(dependencies, HOLDS) == ["flask", "psycopg", "psycopg[binary]"]


def test_edges_that_differ() -> None:
    dependencies = [
        {"name": "flask"},
        {"name": "greenlet", "marker": "platform_machine == 'x86_64'"},
    ]
    found = graph.edges(dependencies, HOLDS)
    assert found == {X86_64: ["flask", "greenlet"], AARCH64: ["flask"]}
    assert graph.on(found, AARCH64) == ["flask"]
    assert graph.edges(dependencies, HOLDS, [X86_64]) == ["flask", "greenlet"]


def test_keys_are_split() -> None:
    assert graph.split("psycopg[binary]") == ("psycopg", "binary")
    assert graph.split("psycopg") == ("psycopg", "")


def node(requires: graph.Edges = [], **more: object) -> dict[str, object]:  # noqa: B006
    return {"requires": requires, "extras": {}, "groups": {}, **more}


def test_what_members_need() -> None:
    packages = {
        "paint": node(
            ["a"],
            extras={"oil": ["b[thick]", "b"]},
            groups={"test": {X86_64: ["c"], AARCH64: []}},
        ),
        "a": node(["b"]),
        "b": node(extras={"thick": ["d"], "thin": ["e"]}),
        "c": node(["a"]),
        "d": node(["d"]),
        "e": node(),
    }
    assert graph.closure(packages, ["paint"], AARCH64) == {"paint", "a", "b", "d"}
    assert graph.closure(packages, ["paint"], X86_64) == {"paint", "a", "b", "c", "d"}
