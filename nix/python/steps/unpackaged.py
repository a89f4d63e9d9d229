"""The note about files of a workspace member that its wheel does not have."""

from __future__ import annotations

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Sequence


MOST = 20
"""How many files a note names."""


def note(directory: str, names: Sequence[str]) -> str:
    """Return the note for the log of a build.

    Args:
        directory: The member's directory in the checkout.
        names: The files, of which the first ones are named.
    """
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return (
        f"note: these files of {directory} are not in its wheel, so that no app has them: "
        f"{', '.join(names[:MOST])}{more}. If it needs them, add them to what its pyproject.toml "
        "packages."
    )
