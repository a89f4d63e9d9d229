"""What moved from one lock to the next."""

from collections.abc import Mapping


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return one line for each package that was added, removed or moved; versions by name."""
    return [
        _line(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _line(name: str, was: str | None, now: str | None) -> str:
    if was is None:
        return f"+ {name} {now}"
    if now is None:
        return f"- {name} {was}"
    return f"  {name} {was} -> {now}"
