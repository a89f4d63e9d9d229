"""release.nix: a job set that a CI server evaluates job by job."""

import json
import re
from pathlib import Path
from typing import Any

from toolchain import ROOT, evaluate, run

# The jobs as attribute paths; an attribute set that is a derivation is a job.
PATHS = """
  let
    paths = prefix: jobs: builtins.concatMap
      (name:
        let path = "${prefix}${name}"; job = jobs.${name}; in
        if job ? drvPath then [ path ] else paths "${path}." job)
      (builtins.attrNames jobs);
  in
  paths "" (import ./release.nix %s)
"""


def jobs(arguments: str = "{ }") -> list[str]:
    """Return the attribute paths of all jobs."""
    paths: list[str] = evaluate(PATHS % arguments)
    return paths


def test_jobs_of_members() -> None:
    system = evaluate("builtins.currentSystem")
    expected = {
        f"{name}.{output}.{system}"
        for name, outputs in {
            "treestatus": ["app", "tests", "shell"],
            "tokens": ["app", "tests", "shell"],
            "backend_common": ["package", "tests", "extras.db.package", "extras.db.tests"],
            "please_cli": ["package", "tests", "extras.lock.package"],
        }.items()
        for output in outputs
    }
    assert expected <= set(jobs())


def test_jobs_of_another_resolve() -> None:
    system = evaluate("builtins.currentSystem")
    expected = {
        f"{name}.resolves.next.tests.{system}"
        for name in ("backend_common", "serving", "tokens", "treestatus")
    }
    assert expected <= set(jobs())


def test_jobs_that_last_need_no_file_that_leaves_the_mirrors() -> None:
    lasting = jobs("{ frozen = true; }")
    system = evaluate("builtins.currentSystem")
    assert {f"treestatus.tests.{system}", f"please_cli.tests.{system}"} <= set(lasting)
    assert not [path for path in lasting if ".resolves.next." in path]
    options = [word for path in lasting for word in ("-A", path)]
    arguments = ["release.nix", "--arg", "frozen", "true", *options]
    derivations = run("nix-instantiate", *arguments).stdout.split()
    closure = run("nix-store", "--query", "--requisites", *derivations).stdout
    for release in (ROOT / "nix/lock/debian").glob("*.json"):
        packages = json.loads(release.read_text())["systems"][system]["packages"].values()
        files = {Path(package["file"]).name for package in packages}
        fetched = {file for file in files if f"-deb-{re.sub('%3a|~', '-', file)}.drv" in closure}
        frozen = evaluate(f'(import ./nix/platform/releases.nix "{release.stem}").frozen')
        assert bool(fetched) == frozen, release


def test_every_job_evaluates_alone() -> None:
    paths = jobs()
    options = [word for path in paths for word in ("-A", path)]
    derivations = run("nix-instantiate", "release.nix", *options).stdout.split()
    assert len(derivations) == len(paths)


def test_the_aggregate_is_made_of_all_other_jobs() -> None:
    aggregate: dict[str, Any] = evaluate(
        "let a = (import ./release.nix { }).aggregate; in "
        "{ hydra = a._hydraAggregate; jobs = builtins.length a.constituents; }"
    )
    assert aggregate == {"hydra": True, "jobs": len(jobs()) - 1}


def test_another_system_evaluates() -> None:
    arguments = '{ systems = [ "aarch64-linux" ]; }'
    paths = jobs(arguments)
    assert "treestatus.app.aarch64-linux" in paths
    path = "treestatus.tests.aarch64-linux"
    systems = evaluate(f"(import ./release.nix {arguments}).{path}.system")
    assert systems == "aarch64-linux"
    options = ["--arg", "systems", '[ "aarch64-linux" ]']
    assert run("nix-instantiate", "release.nix", *options, "-A", path).stdout.endswith(".drv\n")
