"""What uv advises when it fails: only what is right here.

uv does not know that `please` runs it. It proposes options and settings that `please` does not pass
on, one of which takes packages from any index.
"""

import re

# uv writes each below its message, and the last of its lines may be far below the first one.
_HINT = re.compile(r"^hint: ", re.MULTILINE)
_SPLIT = re.compile(r" for split \(markers: .*\)(?=:?$)", re.MULTILINE)
_OTHER_INDEX = re.compile(r"`([^`]+)` was found on .*, but not at the requested version")

# Hints that say what is, and not what to do.
_RIGHT = re.compile(r"Wheels are available for |`[^`]+` \(\S+\) was included because |An index ")


def correct(output: str) -> str:
    """Return a message of uv without the hints that are wrong for a resolve of the workspace.

    The environment that it failed for is left out too: `please` chooses that, not a manifest.
    """
    message, *hints = _HINT.split(_SPLIT.sub("", output))
    kept = [message.strip()]
    for hint in hints:
        if match := _OTHER_INDEX.match(hint):
            kept.append(
                f"{match[1]} is only taken from the first index that has it: docs/indexes.md"
            )
        elif _RIGHT.match(hint):
            kept.append(f"hint: {hint.strip()}")
    return "\n\n".join(kept)
