"""The note about files of a workspace member that its wheel does not have."""

from __future__ import annotations

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Sequence


def note(directory: str, names: Sequence[str], count: int) -> str:
    """Return the note for the log of a build.

    Args:
        directory: The member's directory in the checkout.
        names: Some of the files.
        count: The number of all of them.
    """
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return (
        f"note: these files of {directory} are not in its wheel, so that no app has them: "
        f"{', '.join(names)}{more}. If it needs them, add them to what its pyproject.toml packages."
    )
