"""Build the wheel of a workspace member with its own build backend (PEP 517), and install it.

Environment, set by member_wheel.nix: src (all files of the member), directory (the member's, in the
checkout), environment (a virtual environment with the requirements of the build), out, and what
install_wheel.py needs.
"""

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from build_backend import EPOCH, advice, build_hooks, missing_requirements
from install_wheel import fit_here, install_wheel
from member_sources import copy_source, read_manifest
from prefix import SITE_PACKAGES
from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller
from source_links import left_out
from unpackaged import note
from variables import load
from wheel_tags import check_compatible

# What setuptools says of a manifest, below a traceback of its own.
CONFIGURATION = re.compile(r"^configuration error: (.+)$", re.MULTILINE)


def check_project(source: Path, manifest: Mapping[str, Any], directory: str) -> None:
    """Check that the manifests of a source tree describe a project.

    setuptools takes a manifest that says nothing for a project of the version 0.0.0; other backends
    say what is missing. Raises SystemExit, naming the file in the member's directory.
    """
    others = any((source / name).exists() for name in ("setup.py", "setup.cfg"))
    system = manifest.get("build-system", {})
    backend = str(system.get("build-backend", "setuptools")).partition(".")[0]
    is_setuptools = backend == "setuptools" and "backend-path" not in system
    if "project" not in manifest and not others and is_setuptools:
        raise SystemExit(
            f"error: {directory}/pyproject.toml has no table [project]. Give the project a name "
            "and a version there, and build again."
        )


def build_wheel(
    source: Path, manifest: Mapping[str, Any], environment: Path, directory: str
) -> Path:
    """Build the wheel of a source tree, and return its path.

    Raises SystemExit, naming the member's directory, if the backend fails, or requires more than
    the manifest says.
    """
    wheels = Path("wheels").absolute()
    wheels.mkdir()
    try:
        hooks = build_hooks(source, manifest, environment)
    except ValueError as error:  # of a directory that is not one of the source tree
        raise SystemExit(
            f"error: {directory}/pyproject.toml: [build-system] backend-path: {error}. Correct it, "
            "and build again."
        ) from error
    try:
        check_requires(hooks, environment, directory)
        return wheels / hooks.build_wheel(str(wheels))
    except BackendUnavailable as error:
        raise SystemExit(
            f"error: {directory}/pyproject.toml: there is no build backend {error.backend_name} in "
            "what [build-system] requires. Correct it, and run ./please lock."
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.output.decode(errors="replace")
        if wrong := CONFIGURATION.search(said):
            raise SystemExit(
                f"error: {directory}/pyproject.toml: {wrong[1]}. Correct it, and build again."
            ) from error
        sys.stderr.write(said)
        helps = advice(said) or "Correct its pyproject.toml or setup.py, and build again."
        raise SystemExit(
            f"error: the build backend of {directory} failed (see above). {helps}"
        ) from error


def check_requires(hooks: BuildBackendHookCaller, environment: Path, directory: str) -> None:
    """Check that the environment of a build has what the backend asks for besides the manifest.

    Raises SystemExit that names what is missing.
    """
    missing = missing_requirements(hooks, environment)
    if missing:
        raise SystemExit(
            f"error: the build backend of {directory} also requires {', '.join(missing)}. Add that "
            "to `requires` in [build-system] of its pyproject.toml, and run ./please lock."
        )


def trace(code: Path, source: Path) -> dict[str, str | None]:
    """Return the path in the source tree of each file of a wheel, None for one that was made.

    Of several files with the same content, the one counts whose path ends most like the path in
    site-packages.
    """
    by_name: dict[str, list[Path]] = {}
    for path in walk(source):
        by_name.setdefault(path.name, []).append(path)
    found: dict[str, str | None] = {}
    site = code / SITE_PACKAGES
    for path in walk(site):
        relative = path.relative_to(site)
        same = [
            candidate
            for candidate in by_name.get(path.name, [])
            if filecmp.cmp(path, candidate, shallow=False)
        ]
        best = max(
            same,
            key=lambda candidate: (
                common(relative.parts, candidate.relative_to(source).parts),
                -len(candidate.parts),
                str(candidate),
            ),
            default=None,
        )
        found[str(relative)] = None if best is None else str(best.relative_to(source))
    return found


def walk(top: Path) -> Iterator[Path]:
    """Yield the files below a directory, sorted, without bytecode."""
    for parent, directories, files in os.walk(top):
        directories[:] = sorted({*directories} - {"__pycache__"})
        yield from (Path(parent, name) for name in sorted(files) if not name.endswith(".pyc"))


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many last components two paths have in common."""
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count


def roots(traced: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return for each top-level package or module the directory of the source tree that has it.

    None for one that is not there as it is in the wheel: with files that were made, or that come
    from several places.
    """
    found: dict[str, set[str | None]] = {}
    for path, origin in traced.items():
        inside = origin is not None and f"/{origin}".endswith(f"/{path}")
        root = origin.removesuffix(path).rstrip("/") if inside and origin else None
        found.setdefault(path.partition("/")[0], set()).add(root if inside else None)
    return {top: next(iter(each)) if len(each) == 1 else None for top, each in found.items()}


def left_behind(traced: Mapping[str, str | None], source: Path) -> list[str]:
    """Return the files of packages in the source tree that are not in the wheel."""
    used = {origin for origin in traced.values() if origin is not None}
    directories = {
        f"{origin.removesuffix(path)}{path.partition('/')[0]}/"
        for path, origin in traced.items()
        if origin is not None and "/" in path and f"/{origin}".endswith(f"/{path}")
    }
    return [
        name
        for path in walk(source)
        if (name := str(path.relative_to(source))) not in used
        and any(name.startswith(directory) for directory in directories)
    ]


def main() -> None:
    """Run the build step."""
    load()
    env = os.environ
    env["SOURCE_DATE_EPOCH"] = EPOCH
    env["HOME"] = str(Path("home").absolute())
    Path(env["HOME"]).mkdir()
    out, directory = Path(env["out"]), env["directory"]
    source = Path("source").absolute()
    copy_source(env["src"], source, left_out(env["src"]))
    manifest = read_manifest(source / "pyproject.toml", directory)
    check_project(source, manifest, directory)
    wheel = build_wheel(source, manifest, Path(env["environment"]), directory)
    check_compatible(wheel.name, os.uname().machine)
    out.mkdir()
    code = out / "code"
    install_wheel(str(wheel), str(code), [env["busybox"], "unzip"], fit_here)
    metadata = out / "metadata" / SITE_PACKAGES
    metadata.mkdir(parents=True)
    for info in (code / SITE_PACKAGES).glob("*.dist-info"):
        shutil.move(info, metadata / info.name)
    # What the backend left beside the sources is no file of the member.
    pristine = Path(env["src"])
    traced = trace(code, pristine)
    tops = roots(traced)
    left = left_behind(traced, pristine)
    live = {"files": traced, "roots": tops, "left": left}
    (out / "live.json").write_text(json.dumps(live, sort_keys=True))
    if left:
        print(note(directory, left))


if __name__ == "__main__":
    main()
