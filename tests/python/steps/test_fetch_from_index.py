"""Files of the lock are fetched from the index that the machine's pip is configured for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from artifacts import describe, locked, publish
from checkout import append, edit_lock
from server import Server
from toolchain import build, build_error
from wheels import wheel

pytestmark = pytest.mark.builds


@pytest.fixture
def index(server: Server) -> dict[str, str]:
    """Variables that make the test's server the machine's index, and no other."""
    return {"PIP_INDEX_URL": f"{server.url}/simple", "PIP_CONFIG_FILE": "/dev/null"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home directory of a user; `variables` makes it that of a build."""
    home = tmp_path / "home"
    (home / ".config/pip").mkdir(parents=True)
    return home


def variables(home: Path, **others: str) -> dict[str, str]:
    """Return variables of a machine that has pip's configuration in a home directory alone."""
    own = {"HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_CONFIG_DIRS": str(home / "none")}
    empty = ("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "NETRC")
    return {**dict.fromkeys(empty, ""), **own, **others}


def configure(home: Path, text: str) -> None:
    """Write the pip.conf of a user."""
    (home / ".config/pip/pip.conf").write_text(f"[global]\n{text}\n")


def unique(directory: Path, name: str) -> Path:
    """Make a wheel that is in no store yet."""
    return wheel(directory, name, {f"{name}.py": f"made_in = {str(directory)!r}\n"})


def fetched(checkout: Path, artifact: Mapping[str, Any], **environment: str) -> Path:
    """Build the package `fetched`, whose wheel is `artifact`; return its module."""
    name = artifact.get("index", "index-url")
    file = {key: value for key, value in artifact.items() if key != "index"}
    edit_lock(checkout, lambda packages: packages.update(fetched=locked(wheel=file, index=name)))
    built = build("toolchain.wheels.fetched", root=checkout, variables=environment)
    return built / "lib/python3.11/site-packages/fetched.py"


def refused(checkout: Path, artifact: Mapping[str, Any], **environment: str) -> str:
    """Return the error of building the package `fetched`."""
    edit_lock(checkout, lambda packages: packages.update(fetched=locked(wheel=dict(artifact))))
    return build_error("toolchain.wheels.fetched", root=checkout, variables=environment)


def test_a_wheel_from_an_index(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    assert fetched(checkout, artifact, **index).is_file()


def test_an_extra_index_alone(checkout: Path, tmp_path: Path, server: Server, home: Path) -> None:
    # Where the default index cannot be reached, pip goes on with the next.
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    nowhere = "index-url = http://127.0.0.1:9/simple\nretries = 0"
    configure(home, f"{nowhere}\nextra-index-url =\n  {server.url}/simple/")
    assert fetched(checkout, {**artifact, "index": "extra-index-url"}, **variables(home)).is_file()


@pytest.mark.parametrize("index", ["index-url", "mine"])
def test_an_index_of_the_manifest(
    checkout: Path, tmp_path: Path, server: Server, home: Path, index: str
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    table = f'\n[[tool.uv.index]]\nname = "mine"\nurl = "{server.url}/simple"\nexplicit = true\n'
    append(checkout / "pyproject.toml", table)
    configure(home, "index-url = http://127.0.0.1:9/simple\nretries = 0")
    if index == "mine":
        assert fetched(checkout, {**artifact, "index": index}, **variables(home)).is_file()
    else:
        assert "is not on the index" in refused(checkout, artifact, **variables(home))


def test_an_index_in_json_that_redirects(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    # PEP 691, relative addresses, a file elsewhere, yanked, for another Python, no sdist wanted.
    file = unique(tmp_path, "fetched")
    server.pages["/elsewhere"] = file.read_bytes()
    server.moved[f"/files/{file.name}"] = f"{server.url}/elsewhere"
    entry = {"filename": file.name, "url": f"../../files/{file.name}", "hashes": {}}
    entry |= {"yanked": "broken", "requires-python": ">=3.99"}
    page = {"meta": {"api-version": "1.0"}, "name": "fetched", "files": [entry]}
    server.pages["/simple/fetched/"] = json.dumps(page).encode()
    server.types["/simple/fetched/"] = "application/vnd.pypi.simple.v1+json"
    variables = {**index, "PIP_NO_BINARY": ":all:"}
    assert fetched(checkout, describe(file), **variables).is_file()


def test_an_address_with_a_fragment(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    page = server.pages["/simple/fetched/"].decode()
    server.pages["/simple/fetched/"] = page.replace('.whl"', '.whl#egg=fetched-1.0"', 1).encode()
    assert fetched(checkout, artifact, **index).is_file()


LOGIN = "user%40company.example:p%40ss"


@pytest.fixture
def private(server: Server) -> str:
    """The address of an index that asks for a login, with the login."""
    server.logins["/"] = "user@company.example:p@ss"
    return f"{server.url.replace('//', f'//{LOGIN}@')}/simple"


def test_a_login_in_a_variable(
    checkout: Path, tmp_path: Path, server: Server, home: Path, private: str
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    assert fetched(checkout, artifact, **variables(home, PIP_INDEX_URL=private)).is_file()


@pytest.mark.parametrize("setting", ["index-url", "extra_index_url", "find-links"])
def test_a_login_in_a_file(
    checkout: Path, tmp_path: Path, server: Server, *, home: Path, private: str, setting: str
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    if setting == "find-links":
        server.pages["/simple"] = server.pages["/simple/fetched/"]
    configure(home, f"no-cache-dir = yes\n{setting} = {private}")
    if setting != "index-url":
        configure(home, f"index-url = http://127.0.0.1:9/s\nretries = 0\n{setting} = {private}")
    logins = json.dumps({"urls": [private], "netrc": ""})
    environment = variables(home, SERVICES_PIP_CREDENTIALS=logins)
    assert fetched(checkout, artifact, **environment).is_file()


def test_a_login_in_netrc(
    checkout: Path, tmp_path: Path, server: Server, home: Path, private: str
) -> None:
    assert private
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    configure(home, f"index-url = {server.url}/simple")
    netrc = "machine 127.0.0.1 login user@company.example password p@ss\n"
    logins = json.dumps({"urls": [], "netrc": netrc})
    environment = variables(home, SERVICES_PIP_CREDENTIALS=logins)
    assert fetched(checkout, artifact, **environment).is_file()


def test_a_login_that_does_not_reach_the_build(
    checkout: Path, tmp_path: Path, server: Server, home: Path, private: str
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    configure(home, f"index-url = {private}")
    message = refused(checkout, artifact, **variables(home))
    assert (
        f"error: {artifact['file']} cannot be fetched: {server.url}/simple/fetched/ (401) wants "
        "another login. pip's configuration or ~/.netrc has logins, but this build has none: "
        "build with ./please, which passes them in SERVICES_PIP_CREDENTIALS (README.md, 'Packages "
        "of your own')."
    ) in message
    assert "Traceback" not in message
    assert "p%40ss" not in message


@pytest.mark.parametrize("login", ["", "user:wr%40ng@"])
def test_a_login_that_is_refused(
    checkout: Path, tmp_path: Path, server: Server, *, home: Path, private: str, login: str
) -> None:
    assert private
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    url = f"{server.url.replace('//', f'//{login}')}/simple"
    message = refused(checkout, artifact, **variables(home, PIP_INDEX_URL=url))
    assert (
        f"{server.url}/simple/fetched/ (401) wants another login. Put it into pip's configuration "
        "(index-url) or ~/.netrc, then build again."
    ) in message
    assert "wr%40ng" not in message
    assert "EOFError" not in message


def test_a_hash_that_does_not_match(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    server.pages[f"/files/{artifact['file']}"] = bytes(artifact["size"])
    message = refused(checkout, artifact, **index)
    assert "error: hash mismatch in fixed-output derivation" in message
    assert "fetched-1.0-py3-none-any.whl.drv" in message
    assert "specified: sha256-" in message


@pytest.mark.parametrize("kind", ["longer", "endless"])
def test_more_than_the_lock_allows(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str], kind: str
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    path = f"/files/{artifact['file']}"
    server.pages[path] += b"!"
    server.endless |= {path} if kind == "endless" else set()
    message = refused(checkout, artifact, **index)
    assert (
        f"error: {server.url}{path} sent more than the {artifact['size']} bytes that the lock "
        "allows. It is not the file that was locked: ask the owner of the index, or run ./please "
        "lock."
    ) in message
    assert "network" not in message
    # Nor is another index that refuses its login.
    server.logins["/other"] = "user:password"
    variables = {**index, "PIP_EXTRA_INDEX_URL": f"{server.url}/other"}
    assert "bytes that the lock allows" in refused(checkout, artifact, **variables)


def test_an_endless_page(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    server.endless.add("/simple/fetched/")
    assert (
        "error: the index page of fetched is larger than pip can read in 2048 MiB. Ask the owner "
        "of the index."
    ) in refused(checkout, artifact, **index)


def test_a_lock_without_sizes(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    del artifact["size"]
    assert fetched(checkout, artifact, **index).is_file()


def test_a_file_that_the_index_does_not_have(
    checkout: Path, tmp_path: Path, server: Server, index: dict[str, str]
) -> None:
    publish(server, "fetched", unique(tmp_path, "fetched"))
    other = tmp_path / "other"
    other.mkdir()
    artifact = {**describe(unique(other, "fetched")), "file": "fetched-2.0-py3-none-any.whl"}
    assert (
        "error: fetched-2.0-py3-none-any.whl is not on the index that pip is configured for, "
        "project fetched. Check index-url (pip config list), or run ./please lock to lock what "
        "it has."
    ) in refused(checkout, artifact, **index)


def test_an_index_that_is_not_there(checkout: Path, tmp_path: Path, home: Path) -> None:
    artifact = describe(unique(tmp_path, "fetched"))
    environment = variables(home, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0")
    assert "is not on the index that pip is configured for" in refused(
        checkout, artifact, **environment
    )


def test_a_client_certificate_that_the_sandbox_hides(
    checkout: Path, tmp_path: Path, server: Server, home: Path
) -> None:
    artifact = publish(server, "fetched", unique(tmp_path, "fetched"))
    configure(
        home, f"index-url = {server.url.replace('http', 'https')}/simple\nclient-cert = /gone.pem"
    )
    assert (
        f"error: {artifact['file']} needs the client certificate /gone.pem, which the sandbox does "
        "not show to a build: add its path to sandbox-paths in NIX_CONFIG, then build again."
    ) in refused(checkout, artifact, **variables(home))
