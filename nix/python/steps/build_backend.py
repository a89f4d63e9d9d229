"""The build backend of a source tree (PEP 517)."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyproject_hooks import BuildBackendHookCaller, quiet_subprocess_runner

# What a source tree without a [build-system] table gets, as PEP 517 says.
LEGACY = "setuptools.build_meta:__legacy__"

# SOURCE_DATE_EPOCH of a build: 1980-01-01, the first moment that a zip archive can name.
EPOCH = "315532800"


def build_hooks(
    source: Path, manifest: Mapping[str, Any], environment: Path | None = None
) -> BuildBackendHookCaller:
    """Return the caller of the hooks of a source tree.

    Args:
        source: The source tree.
        manifest: The content of its pyproject.toml.
        environment: The environment that has the backend; by default, that of this process.
    """
    system = manifest.get("build-system", {})
    return BuildBackendHookCaller(
        str(source),
        system.get("build-backend", LEGACY),
        system.get("backend-path"),
        runner=quiet_subprocess_runner if environment is None else runner(environment),
        python_executable=None if environment is None else f"{environment}/bin/python",
    )


def runner(environment: Path) -> Any:
    """Return a function that runs a hook with an environment's packages and programs alone."""

    def run(
        command: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        variables = {**os.environ, **(extra_environ or {}), "PATH": f"{environment}/bin"}
        del variables["PYTHONPATH"]
        subprocess.run(
            command,
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
        )

    return run
