"""kombu, for type checkers: it says that it is typed, and neither exports nor types its API."""

from typing import Any

import kombu as _kombu

kombu: Any = _kombu
