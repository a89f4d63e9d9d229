from typing import Any

import pytest


@pytest.fixture
def app_config() -> dict[str, Any]:
    return {"TOKENS_LONGEST_LIFE": 86400}
