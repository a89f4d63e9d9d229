from typing import Any

import pytest
from please_cli.lock.python import shape

FILE = {"file": "acme-1.0-py3-none-any.whl", "sha256": "0" * 64, "size": 10}
ACME: dict[str, Any] = {"version": "1!1.0+local", "index": "index-url", "wheel": FILE}


def check(entry: Any, name: str = "acme") -> None:
    shape.check_packages({"packages": {name: entry}})


@pytest.mark.parametrize(
    "entry",
    [
        ACME,
        {"version": "1.0"},
        {"version": "1.0", "sdist": FILE, "build": "flit-core"},
        {"version": "1.0", "wheels": {"x86_64-linux": {**FILE, "blake2b": "a" * 64}}},
        {"systems": {"x86_64-linux": ACME}},
    ],
)
def test_what_is_written(entry: Any) -> None:
    check(entry)


@pytest.mark.parametrize(
    "name", ["Acme", "a_b", "../acme", "", "a\nb", 'a"b', "https://h/a", "a[b]"]
)
def test_names(name: str) -> None:
    with pytest.raises(ValueError, match="its name is not normalised"):
        check(ACME, name)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("x", "it is not a table"),
        (None, "it is not a table"),
        ({}, "`version` is not a version"),
        ({"version": 1}, "`version` is not a version"),
        ({"version": "../.."}, "`version` is not a version"),
        ({"version": '1.0"\nsource = "x'}, "`version` is not a version"),
        ({**ACME, "index": ["a"]}, "`index` is not a name"),
        ({**ACME, "build": 1}, "`build` is not a text"),
        ({"version": "1", "wheels": ["x"]}, "`wheels` is not a table"),
        ({**ACME, "wheel": "x"}, "its wheel: it is not a table"),
        ({"systems": ["x"]}, "`systems` is not a table of entries"),
        ({"systems": {"x86_64-linux": "x"}}, "it is not a table"),
    ],
)
def test_entries(entry: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^the package 'acme': {reason}"):
        check(entry)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("file", value) for value in ("", "..", "a/b", "a b", "a\nb", "$(id).whl", 5, None)],
        *[("sha256", value) for value in ("", "0" * 32, "md5:" + "0" * 32, "A" * 64, 5, None)],
        *[("blake2b", value) for value in ("../..", 5, "a" * 63)],
        *[("size", value) for value in (-1, 0, 1.5, True, "1", None, [1])],
    ],
)
def test_files(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"the package 'acme': its wheel: `{key}` is not "):
        check({**ACME, "wheel": {**FILE, key: value}})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": "../x"}, "`version` is not a version"),
        ({"metadata": []}, "`metadata` is not a table"),
        ({"metadata": {"x": 5}}, "`metadata` has a value that is not a text"),
        *[
            ({"metadata": {path: ""}}, "`metadata` has a path that is not in a .dist-info")
            for path in (
                "/etc/x",
                "../x",
                "a.dist-info",
                "a.dist-info/../../x",
                "a.py",
                "a.dist-info/.",
            )
        ],
        ({"manifests": {"x": None}}, "`manifests` has a value that is not a text"),
        ({"resolves": []}, "`resolves` is not a table"),
    ],
)
def test_members(change: dict[str, Any], reason: str) -> None:
    metadata = {"a-1.dist-info/METADATA": "", "a-1.dist-info/licenses/L": ""}
    member = {
        "version": "1.0",
        "metadata": metadata,
        "manifests": {},
        "declares": {},
        "resolves": {},
    }
    shape.check_member(member)
    with pytest.raises(ValueError, match=reason):
        shape.check_member(member | change)
