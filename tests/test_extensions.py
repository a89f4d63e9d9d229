"""What docs/extensions.md says of the extensions, held against their source."""

import re
import subprocess
from pathlib import Path

import extension_source as source
import pytest
from toolchain import ROOT, build

PACKAGE = ROOT / "lib/backend_common/backend_common"
DOCUMENT = ROOT / "docs/extensions.md"
BASE = "All services"


def extensions() -> list[str]:
    names = source.literal(PACKAGE / "__init__.py", "EXTENSIONS")
    assert isinstance(names, list)
    return names


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_sections_are_in_the_order_of_loading() -> None:
    assert list(sections()) == [BASE, *extensions()]


def test_the_tables_of_settings_are_those_that_extensions_declare() -> None:
    python = build("backend_common.complete") / "bin/python"
    command: list[str | Path] = [
        python,
        ROOT / "lib/backend_common/tests/support/settings_tables.py",
        "--check",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", extensions())
def test_what_the_app_offers_is_told(name: str) -> None:
    assert f"`app.{name}" in sections()[name]
