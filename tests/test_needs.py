"""A member that asks for servers has them in its tests and its shell; no other member has."""

import re
import subprocess
from pathlib import Path

import pytest
from checkout import edit
from toolchain import NixError, build, environment, evaluate, instantiate, packages, run

KNOWN = evaluate("(import ./. { }).toolchain.needs.names")
SERVERS = set(KNOWN)
ASKED = {"oidc", "postgresql", "rabbitmq", "redis"}
"""The servers that members of the workspace ask for."""


def servers(attribute: str) -> set[str]:
    """Return the servers that building an attribute takes."""
    paths = run("nix-store", "--query", "--requisites", instantiate(attribute)).stdout.split()
    names = {Path(path).name.partition("-")[2].removesuffix(".drv") for path in paths}
    return names & SERVERS


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("treestatus", set()),
        ("treestatus.tests", {"postgresql"}),
        ("treestatus.shell", {"postgresql"}),
        ("tokens", set()),
        ("tokens.tests", {"postgresql"}),
        ("tokens.shell", {"postgresql"}),
        ("serving", set()),
        ("serving.tests", set()),
        ("serving.shell", set()),
        ("backend_common", set()),
        ("backend_common.tests", ASKED),
        ("backend_common.extras.db", set()),
        ("backend_common.extras.db.tests", {"postgresql"}),
        ("backend_common.extras.log.tests", set()),
        ("toolchain.shell", ASKED),
        ("toolchain.needs.program", set()),
    ],
)
def test_only_a_member_that_asks_gets_a_server(attribute: str, expected: set[str]) -> None:
    assert servers(attribute) == expected


@pytest.mark.builds
def test_an_app_has_no_server() -> None:
    assert not packages(build("treestatus")) & SERVERS
    assert not packages(build("toolchain.needs.program")) & SERVERS


def refusal(attribute: str, checkout: Path) -> str:
    """Return the error of evaluating an attribute of an edited checkout."""
    with pytest.raises(NixError) as raised:
        instantiate(attribute, root=checkout)
    return str(raised.value)


def test_an_unknown_server_is_named(checkout: Path) -> None:
    edit(checkout / "src/treestatus/pyproject.toml", '["postgresql"]', '["mysql"]')
    error = refusal("treestatus.tests", checkout)
    assert (
        "src/treestatus/pyproject.toml: [tool.services]: there is no server mysql to need; there "
        f"are: {', '.join(KNOWN)}"
    ) in error
    assert instantiate("treestatus", root=checkout)


def test_needs_that_are_no_list_are_named(checkout: Path) -> None:
    edit(checkout / "src/treestatus/pyproject.toml", '["postgresql"]', '"postgresql"')
    error = refusal("treestatus.tests", checkout)
    assert (
        "src/treestatus/pyproject.toml: [tool.services]: the servers to need are not a list of "
        'names, such as ["postgresql"]'
    ) in error


def test_an_unknown_setting_is_named(checkout: Path) -> None:
    edit(checkout / "src/treestatus/pyproject.toml", "\nneeds = ", "\nneed = ")
    error = refusal("treestatus.tests", checkout)
    assert (
        "src/treestatus/pyproject.toml: [tool.services] has no setting need, only app, collisions, "
        "command, extras, needs, "
    ) in error


def test_needs_of_an_unknown_extra_are_named(checkout: Path) -> None:
    edit(checkout / "lib/backend_common/pyproject.toml", "\ncache = [", "\ncash = [")
    error = refusal("backend_common.extras.cache.tests", checkout)
    assert (
        "lib/backend_common/pyproject.toml: [tool.services.extras]: backend-common has no extra "
        "cash, only api, auth, auth0, cache, cors, db, log, pulse, security, templates"
    ) in error


def test_the_tests_of_an_extra_are_those_of_no_other() -> None:
    source = Path(evaluate("(import ./. { }).backend_common.extras.db.tests.src"))
    modules = {path.name for path in (source / "tests").glob("test_*.py")}
    assert {"test_contract.py", "test_db.py"} <= modules
    assert all(re.fullmatch(r"test_(contract|db(_.*)?)\.py", name) for name in modules)


@pytest.mark.builds
def test_a_shell_starts_servers_and_ends_them(checkout: Path, tmp_path: Path) -> None:
    bash = build("toolchain.platform.bash") / "bin/bash"
    directory = Path("/tmp", f"needs-test-{tmp_path.parent.name}-{tmp_path.name}")
    command = (
        "needs start && echo $DATABASE_URL && needs status"
        " && needs stop && echo ${DATABASE_URL-none}"
    )
    printed = run(
        *["nix-shell", "-A", "treestatus", "--run", command],
        root=checkout,
        variables={"NIX_BUILD_SHELL": str(bash), "NEEDS_DIRECTORY": str(directory)},
    ).stdout.splitlines()
    assert printed[0].startswith("postgresql://services:")
    assert printed[1].startswith("postgresql  running  ")
    assert printed[2] == "none"
    subprocess.run(["rm", "-r", directory], check=True, env=environment())
