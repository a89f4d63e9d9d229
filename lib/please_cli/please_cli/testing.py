"""Runs of tests: those of members in the build sandbox, those of the toolchain in the checkout."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import click

from please_cli import emulation, missing_files, nix, process, results, workspace
from please_cli.errors import UserError
from please_cli.events import store_name
from please_cli.failures import TAIL, NixError


@dataclass(frozen=True)
class Chosen:
    """The tests to run.

    `attributes` are those of default.nix, by the names that they have in the report. `left_out`
    is a line about the tests that are left out. It is empty where every test runs.
    """

    attributes: Mapping[str, str]
    left_out: str = ""


def choose(
    root: Path, names: Sequence[str], *, are_named: bool = False, everything: bool = False
) -> Chosen:
    """Return the tests of members in each of their resolves.

    Those on a Debian release whose files leave the mirrors are left out, unless `everything` is
    wanted, or the user named the members (`are_named`) and one has no other tests.

    Raises UserError when Nix cannot evaluate the members.
    """
    if not names:
        return Chosen({})
    asked = [f"toolchain.tests.{name}" for name in names] if are_named else ["toolchain.tests"]
    found = [json.loads(nix.evaluate(root, attribute)) for attribute in asked]
    frozen = dict(zip(names, found, strict=True)) if are_named else found[0]
    attributes = {}
    left_out = set()
    for name in names:
        resolves = frozen[name]
        lasting = [resolve for resolve, lasts in resolves.items() if everything or lasts]
        wanted = lasting or (list(resolves) if are_named else [])
        left_out |= resolves.keys() - wanted
        for resolve in wanted:
            label = name if len(wanted) == 1 else f"{name} ({resolve})"
            attributes[label] = f"{name}.resolves.{resolve}.tests"
    return Chosen(attributes, _left_out(sorted(left_out)))


def members(
    root: Path, attributes: Mapping[str, str], system: str | None = None
) -> list[results.Result]:
    """Run the tests of members, and return their counts in order.

    `attributes` are those of default.nix, by the names for the report. `system` is the one to run
    them on, such as aarch64-linux; None for this machine's. What failed is printed to stderr.

    Raises UserError when no builder failed, but Nix did.
    """
    if not attributes:
        return []
    arguments, lacking = emulation.options(system) if system else ([], "")
    try:
        outputs = nix.build(root, list(attributes.values()), keep_going=True, arguments=arguments)
    except NixError as error:
        if system and emulation.is_refused(error, system):
            raise emulation.refusal(system, lacking) from error
        if not error.derivations:
            # Evaluation failed, or something else that is not a builder.
            raise
        return _with_failures(root, attributes, arguments, error)
    return [
        results.from_junit(name, output / "junit.xml")
        for name, output in zip(attributes, outputs, strict=True)
    ]


def toolchain(root: Path) -> results.Result:
    """Run the tests in tests/ of the checkout at `root`, and return their counts.

    Raises UserError when pytest failed and counted no failure.
    """
    (environment,) = nix.build(root, ["toolchain.testEnv"])
    with tempfile.TemporaryDirectory(prefix="please-test-") as directory:
        junit = Path(directory) / "junit.xml"
        status = process.run(
            [environment / "bin/python", "-m", "pytest", "tests", "--junitxml", junit], cwd=root
        ).returncode
        try:
            result = results.from_junit("toolchain", junit)
        except (FileNotFoundError, ElementTree.ParseError):
            result = results.Result("toolchain", failed=1)
    if status and not result.failed:
        raise UserError(f"the tests of the toolchain ended with status {status}; see above")
    return result


def _missing(root: Path, attribute: str, log: str) -> str:
    """Return a line about files that the tests of an attribute lack, "" without any."""
    for member in workspace.members(root):
        if member.name == attribute.partition(".")[0]:
            return missing_files.note(root / member.directory, member.directory, log)
    return ""


def _left_out(resolves: Sequence[str]) -> str:
    if not resolves:
        return ""
    plural = "s" if len(resolves) > 1 else ""
    return (
        f"left out: tests in the resolve{plural} {', '.join(resolves)}, on a Debian release whose "
        "files leave the mirrors; ./please test --all runs them, too"
    )


def _with_failures(
    root: Path, attributes: Mapping[str, str], arguments: Sequence[str], error: NixError
) -> list[results.Result]:
    """Return what passed all the same, and what the logs say of the rest."""
    derivations = nix.derivations(root, list(attributes.values()), arguments)
    found = []
    for name, derivation, output in zip(
        attributes, derivations, nix.outputs(derivations), strict=True
    ):
        if output:
            found.append(results.from_junit(name, output / "junit.xml"))
        elif derivation in error.derivations:
            log = nix.read_log(derivation)
            click.echo(f"error: the tests of {name} failed; their log ends like this:", err=True)
            click.echo("\n".join(log.splitlines()[-2 * TAIL :]), err=True)
            click.echo(f"(all of it: nix-store --read-log {derivation})\n", err=True)
            if line := _missing(root, attributes[name], log):
                click.echo(f"{line}\n", err=True)
            found.append(results.from_log(name, log))
        else:
            found.append(results.Result(name, failed=1))
    if others := [path for path in error.derivations if path not in derivations]:
        names = ", ".join(map(store_name, others))
        click.echo(f"error: not all tests could be run, for {names} failed to build", err=True)
    if others or error.damage:
        error.show()
    return found
