from typing import Any

from please_cli.lock.python import graph

X86_64, AARCH64 = "x86_64-linux", "aarch64-linux"


def test_edges_are_node_keys() -> None:
    dependencies: list[dict[str, Any]] = [
        {"name": "psycopg", "extra": ["binary"]},
        {"name": "flask"},
        {"name": "pywin32", "marker": "sys_platform == 'win32'"},
    ]
    assert graph.edges(dependencies) == ["flask", "psycopg", "psycopg[binary]"]


def test_edges_that_differ() -> None:
    dependencies = [
        {"name": "flask"},
        {"name": "greenlet", "marker": "platform_machine == 'x86_64'"},
    ]
    found = graph.edges(dependencies)
    assert found == {X86_64: ["flask", "greenlet"], AARCH64: ["flask"]}
    assert graph.on(found, AARCH64) == ["flask"]


def test_keys_are_split() -> None:
    assert graph.split("psycopg[binary]") == ("psycopg", "binary")
    assert graph.split("psycopg") == ("psycopg", "")


def node(requires: graph.Edges = [], **more: object) -> dict[str, object]:  # noqa: B006
    return {"requires": requires, "extras": {}, "groups": {}, **more}


def test_what_local_packages_need() -> None:
    packages = {
        "paint": node(
            ["a"],
            local="lib/paint",
            extras={"oil": ["b[thick]", "b"]},
            groups={"test": {X86_64: ["c"], AARCH64: []}},
        ),
        "a": node(["b"]),
        "b": node(extras={"thick": ["d"], "thin": ["e"]}),
        "c": node(["a"]),
        "d": node(["d"]),
        "e": node(),
    }
    both = [AARCH64, X86_64]
    assert graph.reachable(packages) == {
        "paint": both,
        "a": both,
        "b": both,
        "c": [X86_64],
        "d": both,
    }
