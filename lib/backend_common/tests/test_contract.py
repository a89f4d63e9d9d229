"""What every extension has to keep to; nothing here is about one of them.

Where the extra of one extension alone is installed, ``pytest tests/test_contract.py --extension
NAME`` holds that one to it.
"""

import copy
import dataclasses
import gc
import importlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

import backend_common
import extension_source as source
import pytest
from backend_common import EXTENSIONS, App, SettingError, create_app
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from werkzeug.test import TestResponse

Service = Callable[..., Path]
Make = Callable[..., App]

LIBRARY = "backend_common"
SECRET = "hunter2"


class Server(NamedTuple):
    """Whom the check of an extension asks: a server that `needs` knows, and where it is told."""

    name: str
    variable: str
    address: str  # of such a server, at {port}
    settings: Callable[[str], dict[str, Any]]  # by its address


# What an extension asks for of the service, and nobody else.
FILES = {"shop/templates/page.html": "<p>{{ name }}</p>", "migrations/versions/.none": ""}
# Settings without which an extension has nothing to do: it would not load.
NEEDED: dict[str, dict[str, Any]] = {
    "auth": {"AUTH_ISSUERS": {"http://127.0.0.1:1/": None}},
    "auth0": {
        "AUTH0_ISSUER": "http://127.0.0.1:1/",
        "AUTH0_CLIENT_ID": "shop",
        "AUTH0_CLIENT_SECRET": "secret",
        "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    },
    "pulse": {"PULSE_URL": "amqp://127.0.0.1:1/"},
}
# For each extension with settings, values of some that are not the default.
OTHER: dict[str, dict[str, Any]] = {
    "api": {"API_MAX_BODY": 10, "API_VALIDATE_RESPONSES": False},
    "auth": {"AUTH_AUDIENCE": "other", "AUTH_LEEWAY": 0},
    "auth0": {"AUTH0_ISSUER": "https://example.org/", "AUTH0_NAME": "email"},
    "cache": {"CACHE_LIFETIME": 60, "CACHE_PREFIX": "other:", "CACHE_TIMEOUT": 1.0},
    "cors": {"CORS_ORIGINS": ["https://shop.example.org"], "CORS_MAX_AGE": 1},
    "db": {"DATABASE_URL": "sqlite:///other.db", "DATABASE_POOL_SIZE": 3},
    "log": {"LOG_LEVEL": "ERROR", "LOG_FORMAT": "json"},
    "security": {"SECURITY_TRUSTED_HOPS": 1, "SECURITY_CSP": {"img-src": "'self'"}},
    "pulse": {"PULSE_EXCHANGE": "other", "PULSE_MANDATORY": False},
}
# None for a check that asks nobody.
SERVERS: dict[str, Server | None] = {
    "auth": Server(
        "oidc",
        "AUTH0_ISSUER",
        "http://127.0.0.1:{port}/",
        lambda url: {"AUTH_ISSUERS": {url: None}, "AUTH_KEYS_TIMEOUT": 0.5},
    ),
    "auth0": Server(
        "oidc", "AUTH0_ISSUER", "http://127.0.0.1:{port}/", lambda url: {"AUTH0_ISSUER": url}
    ),
    "cache": Server(
        "redis", "CACHE_URL", "redis://127.0.0.1:{port}/0", lambda url: {"CACHE_URL": url}
    ),
    "db": Server(
        "postgresql",
        "DATABASE_URL",
        "postgresql://me:secret@127.0.0.1:{port}/shop",
        lambda url: {"DATABASE_URL": url},
    ),
    "pulse": Server(
        "rabbitmq", "PULSE_URL", "amqp://127.0.0.1:{port}/", lambda url: {"PULSE_URL": url}
    ),
}

# What takes long to import, and what most processes never use.
LATER = {"alembic", "flask_migrate", "httpx", "packaging", "requests", "starlette.testclient"}

# Loads the extensions in a process of its own, without the modules in the first argument.
PROCESS = """
import json, sys
absent, extensions, config = map(json.loads, sys.argv[1:])

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from backend_common import create_app
app = create_app("shop", extensions=extensions, config=config)
print(json.dumps([list(app.loaded), sorted(sys.modules)]))
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = metafunc.config.getoption("--extension") or EXTENSIONS
    if "extension" in metafunc.fixturenames:
        metafunc.parametrize("extension", chosen)
    if "served" in metafunc.fixturenames:
        metafunc.parametrize("served", [name for name in chosen if SERVERS.get(name)])
    if "key" in metafunc.fixturenames:
        pairs = [(name, key) for name in chosen for key in sorted(keys(name))]
        metafunc.parametrize(("setting_of", "key"), pairs)


@pytest.fixture
def make(service: Service) -> Make:
    service(FILES)

    def make_app(*extensions: str, **config: Any) -> App:
        needed = {key: value for name in extensions for key, value in NEEDED.get(name, {}).items()}
        return create_app("shop", extensions=extensions, config={**needed, **config})

    return make_app


# What an extension consists of.


def files(extension: str) -> list[Path]:
    return source.files(Path(*backend_common.__path__), extension)


def keys(extension: str) -> set[str]:
    """The settings of an extension; one without settings has no table."""
    module = importlib.import_module(f"{LIBRARY}.{extension}")
    declared = {field.key for field in getattr(module, "SETTINGS", ())}
    return declared | source.settings(files(extension))


def modules(extension: str) -> list[ModuleType]:
    importlib.import_module(f"{LIBRARY}.{extension}")
    prefix = f"{LIBRARY}.{extension}"
    return [
        module
        for name, module in sys.modules.items()
        if name == prefix or name.startswith(f"{prefix}.")
    ]


# What an extra brings.


def extra(name: str) -> list[Requirement]:
    """The requirements of the library with an extra ("" for none), less those of the library."""
    requirements = [Requirement(line) for line in metadata.requires(LIBRARY) or []]
    return [it for it in requirements if applies(it, name) and (not name or not applies(it, ""))]


def applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def closure(requirements: list[Requirement]) -> set[str]:
    """The distributions that requirements bring, all the way down."""
    found: set[tuple[str, str]] = set()
    todo = [
        (canonicalize_name(it.name), extra) for it in requirements for extra in ("", *it.extras)
    ]
    while todo:
        name, asked = todo.pop()
        if (name, asked) in found:
            continue
        found.add((name, asked))
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if applies(requirement, asked):
                inner = canonicalize_name(requirement.name)
                todo += [(inner, extra) for extra in ("", *requirement.extras)]
    return {name for name, _ in found}


def distributions() -> dict[str, set[str]]:
    """The installed distributions, by the top-level modules that they have."""
    return {
        module: {canonicalize_name(name) for name in names}
        for module, names in metadata.packages_distributions().items()
    }


def indirect() -> Any:
    """What setup.py says of requirements that nothing here imports, and why they are there."""
    return source.literal(Path(__file__).parents[1] / "setup.py", "INDIRECT")


def load(directory: Path, *extensions: str, absent: set[str]) -> tuple[list[str], set[str]]:
    """Load extensions in a new process; return what is loaded, and all modules."""
    config = {key: value for name in extensions for key, value in NEEDED.get(name, {}).items()}
    arguments = [json.dumps(it) for it in (sorted(absent), extensions, config)]
    result = subprocess.run(
        [sys.executable, "-c", PROCESS, *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    loaded, imported = json.loads(result.stdout)
    return loaded, set(imported)


def test_its_extra_alone_is_enough(extension: str, service: Service) -> None:
    enough = closure([*extra(""), *extra(extension)]) | {LIBRARY.replace("_", "-")}
    absent = {module for module, names in distributions().items() if not names & enough}
    loaded, _ = load(service(FILES), extension, absent=absent)
    assert loaded == [extension]


def test_nothing_in_its_extra_is_unused(extension: str) -> None:
    owners = distributions()
    used = {name for module in source.imports(files(extension)) for name in owners.get(module, ())}
    asked = {canonicalize_name(it.name) for it in extra(extension)}
    assert asked - used - set(indirect()) == set(), "import it, drop it, or give a reason"


def test_what_is_excused_is_asked_for(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--extension"):
        pytest.skip("is about all extras")
    asked = {canonicalize_name(it.name) for name in EXTENSIONS for it in extra(name)}
    assert set(indirect()) <= asked
    assert all(indirect().values())


def test_what_no_request_needs_is_imported_later(extension: str, service: Service) -> None:
    _, imported = load(service(FILES), extension, absent=set())
    assert not LATER & imported


def test_sqlalchemy_comes_with_db_alone(extension: str, service: Service) -> None:
    _, imported = load(service(FILES), extension, absent=set())
    assert ("sqlalchemy" in imported) == (extension == "db")


def test_all_the_others_do_without_sqlalchemy(
    request: pytest.FixtureRequest, service: Service
) -> None:
    if request.config.getoption("--extension"):
        pytest.skip("needs all extras")
    others = [name for name in EXTENSIONS if name != "db"]
    loaded, imported = load(service(FILES), *others, absent=set())
    assert loaded == others
    assert "sqlalchemy" not in imported


def test_two_apps_share_nothing(extension: str, make: Make) -> None:
    make(extension)
    before = [state(module) for module in modules(extension)]
    one = make(extension)
    settings = {key: one.config[key] for key in keys(extension)}
    two = make(extension, **OTHER.get(extension, {}))
    assert one.loaded[extension] is not two.loaded[extension]
    assert [state(module) for module in modules(extension)] == before
    assert {key: one.config[key] for key in keys(extension)} == settings
    for key, value in OTHER.get(extension, {}).items():
        assert one.config[key] != two.config[key] == value


def test_records_are_read_only(extension: str) -> None:
    """Threads share them, and services get some: no change may be seen elsewhere."""
    found = [
        value
        for module in modules(extension)
        for value in vars(module).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value)
    ]
    changeable = [it for it in found if not cast("Any", it).__dataclass_params__.frozen]
    assert changeable == []


def state(module: ModuleType) -> dict[str, Any]:
    """The containers at module level: what applications could share."""
    return {
        name: copy.copy(value)
        for name, value in vars(module).items()
        if isinstance(value, dict | list | set) and not name.startswith("__")
    }


def test_another_value_of_some_setting_is_known(extension: str) -> None:
    assert bool(keys(extension)) == bool(OTHER.get(extension))
    assert set(OTHER.get(extension, {})) <= keys(extension)


class Wrong:
    """No value of any setting."""

    def __repr__(self) -> str:
        return SECRET


def test_a_wrong_value_fails_with_its_key(setting_of: str, key: str, make: Make) -> None:
    with pytest.raises(SettingError, match=rf"\b{key}\b") as error:
        make(setting_of, **{key: Wrong()})
    assert SECRET not in str(error.value)


def test_testing_changes_nothing(extension: str, make: Make) -> None:
    assert outcomes(make(extension, TESTING=True)) == outcomes(make(extension, TESTING=False))


def outcomes(app: App) -> list[tuple[int, list[tuple[str, str]]]]:
    """What requests of all kinds are answered with, but for what is random in it."""
    app.add_url_rule("/page", "page", lambda: "page")
    client = app.test_client()
    elsewhere = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT"}
    answers = []
    for path in ("/", "/page", "/__permissions__", "/__version__"):
        for method in ("GET", "POST", "OPTIONS"):
            for base in ("http://shop.example", "https://shop.example"):
                for headers in ({}, elsewhere, {"Authorization": "Bearer a.b.c"}):
                    answers.append(client.open(path, method=method, base_url=base, headers=headers))
    return [outcome(response) for response in answers]


def outcome(response: TestResponse) -> tuple[int, list[tuple[str, str]]]:
    headers = [
        (name, re.sub(r"'nonce-[^']+'", "'nonce-'", value))
        for name, value in response.headers.items()
        if name not in ("Date", "X-Request-ID")
    ]
    return response.status_code, headers


# A real server, up and down.

# An application has no end: the connections that it keeps go with it, and complain.
complaints = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def collect(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Have the complaints now, not in somebody else's test."""
    yield
    caplog.get_records("call").clear()  # their tracebacks know the application
    gc.collect()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are made, and nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield server.getsockname()[1]


def test_the_server_of_every_check_is_known(extension: str, make: Make) -> None:
    report = make(extension).test_client().get("/__heartbeat__").get_json()
    expected = {extension} if extension in SERVERS else set()
    assert set(report["checks"]) == expected, "tell its server in SERVERS"


def server_of(extension: str) -> Server:
    server = SERVERS[extension]
    assert server
    return server


def heartbeat(app: App) -> tuple[int, float]:
    """The status of the heartbeat, and the seconds that it took."""
    began = time.monotonic()
    response = app.test_client().get("/__heartbeat__")
    return response.status_code, time.monotonic() - began


def wait_for(app: App, status: int) -> None:
    """Ask until the heartbeat has a status; servers and pools take a moment."""
    deadline = time.monotonic() + 60
    while heartbeat(app)[0] != status:
        assert time.monotonic() < deadline, f"the heartbeat is not {status} after a minute"
        time.sleep(0.1)


@complaints
@pytest.mark.usefixtures("collect")
def test_the_heartbeat_is_red_in_time_when_nobody_answers(
    served: str, make: Make, silent: int
) -> None:
    server = server_of(served)
    limit = 1.0
    config = {"HEARTBEAT_TIMEOUT": limit, "HEARTBEAT_CACHE": 0}
    app = make(served, **server.settings(server.address.format(port=silent)), **config)
    for _ in range(2):
        status, seconds = heartbeat(app)
        assert status == 500
        assert seconds < limit + 1  # the limit is what is promised; the rest is for the machine
    for thread in threading.enumerate():
        if thread.name == f"heartbeat-{served}":
            thread.join(timeout=30)
            assert not thread.is_alive(), "the check does not give up by itself"


@complaints
@pytest.mark.usefixtures("collect")
def test_the_heartbeat_follows_the_server(
    served: str, make: Make, given: Mapping[str, str]
) -> None:
    server = server_of(served)
    if server.variable not in given or not shutil.which("needs"):
        pytest.skip(f"{server.variable} names no server: run this in nix-shell, or set it")
    app = make(served, **server.settings(given[server.variable]), HEARTBEAT_CACHE=0)
    wait_for(app, 200)
    try:
        subprocess.run(["needs", "stop", server.name], check=True)
        wait_for(app, 500)
    finally:
        subprocess.run(["needs", "start", server.name], check=True)
    wait_for(app, 200)
