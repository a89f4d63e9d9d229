"""What manifests declare, and what the lock recorded of them when it was made.

A package that asks for more than the lock knows must not get as far as an ImportError.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name, canonicalize_version

EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]|['"]([^'"]+)['"]\s*==\s*extra""")


class Declared(NamedTuple):
    """What one requirement says, without its environment marker."""

    scope: str  # an extra, a dependency group as ":group", or "" for all
    project: str
    extras: tuple[str, ...]
    specifiers: str

    def __str__(self) -> str:
        """Spell it as the manifest does, with its scope."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        kind, name = ("group", self.scope[1:]) if self.scope[:1] == ":" else ("extra", self.scope)
        scope = f" ({kind} {name})" if self.scope else ""
        return f"{self.project}{extras}{self.specifiers}{scope}"


def normalized(specifier: Specifier) -> str:
    """Spell a version specifier (PEP 440) in one way."""
    version = canonicalize_version(specifier.version, strip_trailing_zero=False)
    return f"{specifier.operator}{version}"


def parse(requirement: str, scope: str = "") -> Iterator[Declared]:
    """Yield what a requirement (PEP 508) says, or nothing if its marker does not hold here.

    An extra in the marker is its scope; with several, each is one. Markers are compared by what
    they say of this machine, because a resolver spells them in its own way.
    """
    parsed = Requirement(requirement)
    named = {"".join(sides) for sides in EXTRA.findall(str(parsed.marker or ""))}
    for extra in ["", *sorted(named)]:
        if parsed.marker and not parsed.marker.evaluate({"extra": extra}):
            continue
        yield Declared(
            scope=canonicalize_name(extra) if extra else scope,
            project=canonicalize_name(parsed.name),
            extras=tuple(sorted(canonicalize_name(name) for name in parsed.extras)),
            # A resolver spells versions in their normal form (PEP 440).
            specifiers=",".join(sorted(map(normalized, parsed.specifier))),
        )


def in_groups(groups: Mapping[str, list[str | dict[str, str]]]) -> Iterator[Declared]:
    """Yield what dependency groups (PEP 735) say, with the groups that they include."""
    for group in groups:
        for requirement in resolve_dependency_groups(groups, group):
            yield from parse(requirement, f":{canonicalize_name(group)}")


def in_lock(declares: Mapping[str, Any]) -> Iterator[Declared]:
    """Yield what the lock recorded of a package's manifests."""
    for requirement in declares.get("requires", []):
        yield from parse(requirement)
    for extra, requirements in declares.get("extras", {}).items():
        for requirement in requirements:
            yield from parse(requirement, extra)
    for group, requirements in declares.get("groups", {}).items():
        for requirement in requirements:
            yield from parse(requirement, f":{group}")


def check_lock(
    said: Iterable[Declared], known: Iterable[Declared], lock: str, manifest: str
) -> None:
    """Check that the lock was made from what the manifests say now.

    Args:
        said: What the manifests say.
        known: What the lock recorded of them.
        lock: The path of the lock in the checkout.
        manifest: The path of the manifest, or of the directory with them.

    Raises:
        SystemExit: It was not; names the requirements.

    """
    said, known = set(said), set(known)
    changes = []
    if said - known:
        changes.append(f"does not know {', '.join(sorted(map(str, said - known)))}")
    if known - said:
        changes.append(f"still has {', '.join(sorted(map(str, known - said)))}")
    if changes:
        raise SystemExit(
            f"error: {lock} is older than {manifest}: it {' and '.join(changes)}. "
            "Run ./please lock."
        )
