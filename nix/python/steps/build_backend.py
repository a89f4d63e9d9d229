"""The build backend of a source tree (PEP 517)."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version
from prefix import SITE_PACKAGES
from pyproject_hooks import BuildBackendHookCaller, quiet_subprocess_runner

# What a source tree without a [build-system] table gets, as PEP 517 says.
LEGACY = "setuptools.build_meta:__legacy__"

# SOURCE_DATE_EPOCH of a build: 1980-01-01, the first moment that a zip archive can name.
EPOCH = "315532800"

# What the output of a backend shows of something that no build here has, and what helps then.
ADVICE = [
    (
        re.compile(
            r"(detect|determine|find) (a |the )?(project )?version (for|of|from)\b"
            r"|version control system|upstream git repository|directory: '(git|hg)'",
            re.IGNORECASE,
        ),
        "A build sees no history of git: have the manifest say the version, or which one to take "
        "without a history (fallback_version of setuptools-scm, fallback-version of hatch-vcs).",
    ),
    (
        re.compile(
            r"\b(C|C\+\+|Rust|Fortran) compiler|Unknown compiler|COMPILER not set"
            r"|No such file or directory: '\S*(gcc|g\+\+|cc|clang|cargo|rustc|cmake)'"
            r"|\b(pg_config|mysql_config)\b.* not found|valid pkg-config name|puccinialin",
            re.IGNORECASE,
        ),
        "Builds have no compiler, because the toolchain makes no extension modules: take them from "
        "a package with wheels, such as psycopg2-binary in place of psycopg2.",
    ),
    (
        re.compile(r"No module named '(distutils|pkg_resources)\b"),
        "Python here has no distutils and no pkg_resources: setuptools has them, the second one "
        "before its version 82. Add that to what the build requires.",
    ),
]


MISSING = re.compile(r"^ModuleNotFoundError: No module named '([\w.]+)'", re.MULTILINE)


def advice(said: str) -> str:
    """Return what helps where a backend failed that printed this: a sentence, or ""."""
    if text := next((text for pattern, text in ADVICE if pattern.search(said)), ""):
        return text
    missing = MISSING.findall(said)
    if not missing:
        return ""
    return (
        f"It imports {missing[-1]}, and a build has nothing but what it requires: add the package "
        "that has this module to `requires` in [build-system] of its pyproject.toml (for a package "
        "of the index: to [tool.uv.extra-build-dependencies] of the workspace's), and run ./please "
        "lock."
    )


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


def missing_requirements(hooks: BuildBackendHookCaller, environment: Path) -> list[str]:
    """Return what a backend asks for that the environment of its build does not have."""
    has = installed(environment)
    return [
        text
        for text in hooks.get_requires_for_build_wheel()
        if (requirement := Requirement(text))
        and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
        and not requirement.specifier.contains(
            has.get(canonicalize_name(requirement.name), ""), prereleases=True
        )
    ]


def installed(environment: Path) -> dict[NormalizedName, str]:
    """Return the versions of the packages in an environment, by normalized name."""
    found = {}
    for info in (environment / SITE_PACKAGES).glob("*.dist-info"):
        name, _, version = info.name.removesuffix(".dist-info").partition("-")
        try:
            found[canonicalize_name(name)] = str(Version(version))
        except InvalidVersion:
            continue
    return found
