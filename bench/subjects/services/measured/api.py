"""The function behind ``api.yml``."""

from typing import Any


def get_thing(count: int, limit: int, order: str) -> dict[str, Any]:
    """Answer with the parameters."""
    return {"count": count, "limit": limit, "order": order}
