"""Find what to leave out of a copy of a member's source tree, in which links are followed.

The tree in the store does not have all files of the checkout, nor anything beside the member. What
a link finds outside of the tree depends on the machine, and on the sandbox.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def left_out(top: str) -> Callable[[str, Iterable[str]], set[str]]:
    """Return a function of a directory and its entries, as `ignore` of shutil.copytree.

    It returns the entries that are links to what is not in the tree, and prints a note about each.
    It raises SystemExit if a link leads to a directory that it is in, or a name is not UTF-8.

    Args:
        top: The path of the tree.
    """

    def find(directory: str, names: Iterable[str]) -> set[str]:
        return {name for name in names if is_left_out(f"{directory}/{name}", top)}

    return find


def is_left_out(path: str, top: str) -> bool:
    """Tell whether an entry of the tree is a link to what is not in it."""
    named = os.path.relpath(path, top)
    # Bytes that are not UTF-8 are surrogates (PEP 383).
    if any("\udc80" <= letter <= "\udcff" for letter in named):
        raise SystemExit(f"error: the name {named!a} is not UTF-8: rename the file.")
    if not os.path.islink(path):
        return False
    real, real_top = os.path.realpath(path), os.path.realpath(top)
    if not os.path.exists(real) or os.path.commonpath([real, real_top]) != real_top:
        print(
            f"note: {named} is a link to {os.readlink(path)}, which is not one of the files that "
            "are built: it is left out. Put the file itself there if the app needs it.",
            flush=True,
        )
        return True
    directory = os.path.dirname(path)
    while os.path.relpath(directory, top) != "..":
        if os.path.samefile(directory, real):
            raise SystemExit(
                f"error: {named} is a link to a directory that it is in, so that copies of it have "
                "no end: remove the link."
            )
        directory = os.path.dirname(directory)
    return False
