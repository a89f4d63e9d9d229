"""What docs/extensions.md says of the extensions, held against their source."""

import re
from pathlib import Path

import extension_source as source
import pytest
from toolchain import ROOT

PACKAGE = ROOT / "lib/backend_common/backend_common"
DOCUMENT = ROOT / "docs/extensions.md"
BASE = "All services"
COLUMNS = ["key", "type", "unit", "default", "when it is wrong"]
TYPES = {"bool", "dict", "float", "int", "list", "path", "str"}


def extensions() -> list[str]:
    names = source.literal(PACKAGE / "__init__.py", "EXTENSIONS")
    assert isinstance(names, list)
    return names


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section: str) -> list[list[str]]:
    """The cells of the table of settings in a section, if it has one, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if ["key"] not in [row[:1] for row in table]:
        return []
    start = [row[0] for row in table].index("key")
    assert table[start] == COLUMNS
    body = table[start + 2 :]
    end = [row[0].startswith("`") for row in body] + [False]
    return body[: end.index(False)]


def modules(name: str) -> list[Path]:
    """The modules that a section is about: of the library itself, or of one extension."""
    if name != BASE:
        return source.files(PACKAGE, name)
    return source.files(PACKAGE, "core")


def test_the_sections_are_in_the_order_of_loading() -> None:
    assert list(sections()) == [BASE, *extensions()]


@pytest.mark.parametrize("name", [BASE, *extensions()])
def test_every_setting_has_a_row_and_every_row_a_setting(name: str) -> None:
    documented = [row[0].strip("`") for row in rows(sections()[name])]
    assert sorted(documented) == sorted(source.settings(modules(name)))


@pytest.mark.parametrize("name", [BASE, *extensions()])
def test_a_row_tells_everything(name: str) -> None:
    for key, kind, unit, default, wrong in rows(sections()[name]):
        assert kind in TYPES, key
        assert unit or kind != "float", f"{key} is a number of what?"
        assert default, key
        assert wrong.startswith(("`SettingError`: ", "nothing: ")), key


@pytest.mark.parametrize("name", extensions())
def test_what_the_app_offers_is_told(name: str) -> None:
    assert f"`app.{name}" in sections()[name]
