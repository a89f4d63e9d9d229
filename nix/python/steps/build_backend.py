"""The build backend of a source tree (PEP 517)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyproject_hooks import BuildBackendHookCaller, quiet_subprocess_runner

# What a source tree without a [build-system] table gets, as PEP 517 says.
LEGACY = "setuptools.build_meta:__legacy__"


def build_hooks(source: Path, manifest: Mapping[str, Any]) -> BuildBackendHookCaller:
    """Return the caller of the hooks of a source tree, given the content of its pyproject.toml."""
    system = manifest.get("build-system", {})
    return BuildBackendHookCaller(
        str(source),
        system.get("build-backend", LEGACY),
        system.get("backend-path"),
        runner=quiet_subprocess_runner,
    )
