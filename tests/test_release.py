"""release.nix: a job set that a CI server evaluates job by job."""

from typing import Any

from toolchain import evaluate, run

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
