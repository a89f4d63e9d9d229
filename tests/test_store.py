"""Nothing that runs changes what was built, as root either."""

import importlib.util
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import checkout as copies
import pytest
from artifacts import locked, store
from everything import Runner
from member import add_service
from prefix import SITE_PACKAGES
from service import serving
from shop_pulse import FILES as SHOP
from toolchain import ROOT, build, closure, evaluate, run
from wheels import wheel

pytestmark = pytest.mark.builds

MODIFIED = re.compile(r"path '(\S+)' was modified!")

MIGRATION = """
import shop
from alembic import op
from backend_common import current_app

revision, down_revision = "0001", None


def upgrade():
    for metadata in (shop.Base.metadata, current_app.db.metadata):
        metadata.create_all(op.get_bind())
"""

# The jobs of release.nix whose files stay on the mirrors; for the report of a test run, which holds
# nothing that could run, the environment that it was run in.
JOBS = """
  let
    jobs = removeAttrs (import ./release.nix { frozen = true; }) [ "aggregate" ];
    list = job:
      if job ? drvPath then [ (job.environment or job) ]
      else builtins.concatMap list (builtins.attrValues job);
  in
  builtins.concatMap list (builtins.attrValues jobs)
"""

SERVERS = "(import ./. { }).toolchain.needs.names"

PLAIN = """
import backend_common
import {imports}


def create_app(config=None):
    return backend_common.create_app("{name}", config=config)
"""
FLASK = "import {name}\n\napp = {name}.create_app()\n"

# As Flask's tutorial has it, and with none of backend_common:
# https://flask.palletsprojects.com/en/stable/tutorial/factory/
TUTORIAL = """
import os
import sqlite3

from flask import Flask


def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(
        SECRET_KEY="dev", DATABASE=os.path.join(app.instance_path, "flaskr.sqlite")
    )
    app.config.from_pyfile("config.py", silent=True)
    app.config.from_prefixed_env()
    try:
        os.makedirs(app.instance_path)
    except OSError:
        pass

    @app.route("/posts", methods=["GET", "POST"])
    def posts():
        with sqlite3.connect(app.config["DATABASE"]) as db:
            db.execute("CREATE TABLE IF NOT EXISTS post (title)")
            db.execute("INSERT INTO post VALUES ('first')")
            return {"count": db.execute("SELECT count(*) FROM post").fetchone()[0]}

    return app
"""


def modified(paths: Sequence[Path]) -> list[str]:
    """Return those of some store paths that are not what was built."""
    command = ["nix-store", "--verify-path", *map(str, paths)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return MODIFIED.findall(said)


def plain(name: str, imports: str) -> dict[str, str]:
    """Return the files of a service that imports modules and does nothing."""
    files = {"__init__.py": PLAIN, "flask.py": FLASK}
    return {
        f"{name}/{file}": text.format(name=name, imports=imports) for file, text in files.items()
    }


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with more services.

    `shop` has messages; `flaskr` is Flask's tutorial; `left` and `right` have a top-level module
    each, which no other wheel of theirs has, and `both` has the two.
    """
    directory = tmp_path_factory.mktemp("store")
    root = copies.copy(directory / "checkout")
    versions = {**SHOP, "migrations/versions/0001_all.py": MIGRATION}
    add_service(root, "shop", versions, ["backend_common[db,pulse]"])
    flaskr = {"flaskr/__init__.py": TUTORIAL, "flaskr/flask.py": FLASK.format(name="flaskr")}
    add_service(root, "flaskr", flaskr, ["backend_common", "flask"])
    packages = {}
    for name in ("lonely", "single"):
        file = wheel(directory, name, {f"{name}.py": f"where = __file__  # {directory}\n"})
        packages[name] = locked(wheel=store(file))
    copies.edit_lock(root, lambda lock: lock.update(packages))
    for name, uses in {"left": ["lonely"], "right": ["single"]}.items():
        add_service(root, name, plain(name, ", ".join(uses)), ["backend_common", *uses])
    add_service(root, "both", plain("both", "lonely, single"), ["backend_common", *packages])
    return root


@pytest.fixture(scope="module")
def outputs(checkout: Path) -> list[Path]:
    """All outputs of such jobs, those of the platform, and the services that were added."""
    release = run("nix-build", "--no-out-link", "-E", JOBS).stdout.split()
    others = [
        *("toolchain.testEnv", "toolchain.needs.program", "toolchain.shell.environment"),
        *("toolchain.platform.python", "toolchain.platform.pip", "toolchain.platform.bash"),
        *(f"toolchain.needs.servers.{name}" for name in evaluate(SERVERS)),
    ]
    found = [*map(Path, release), *map(build, others)]
    return [*found, *(build(name, root=checkout) for name in ("shop", "flaskr", "left", "right"))]


@pytest.fixture(scope="module")
def used(
    checkout: Path, outputs: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """The closure of all outputs, after what is in it has run."""
    call = Runner(tmp_path_factory.mktemp("used"))
    treestatus, tokens, shop = build("treestatus"), build("tokens"), build("shop", root=checkout)
    paths = closure(*outputs)
    assert modified(paths) == [], "damaged before this test: nix-store --repair-path mends it"
    for prefix in (treestatus, build("please_cli.extras.lock")):
        call.interpreter(prefix)
        call.scripts(prefix)
    call.service(treestatus, "treestatus", "/trees")
    call.service(tokens, "tokens", "/__lbheartbeat__")
    for name in ("left", "right"):
        call.service(build(name, root=checkout), name, "/__lbheartbeat__")
    call.gunicorn(treestatus, "treestatus")
    call.messages(shop)
    call.shell(checkout, "tokens", "cd src/tokens && pytest -q tests/test_app.py")
    # hypothesis brings a plugin, which pytest rewrites.
    call.shell(
        checkout, "backend_common", "cd lib/backend_common && pytest -q tests/test_core_later.py"
    )
    call.please(checkout)
    call(build("toolchain.platform.python") / "bin/python3", "-OO", "-S", "-c", "import json")
    return paths


def test_nothing_is_modified(used: list[Path]) -> None:
    assert modified(used) == []


@pytest.mark.usefixtures("used")
def test_packages_that_ran_in_one_service_build_another(checkout: Path) -> None:
    assert (build("both", root=checkout) / "bin/both").is_file()


def test_the_closure_is_copied_into_an_empty_store(used: list[Path]) -> None:
    nix = ["nix", "--extra-experimental-features", "nix-command"]
    # Not one of pytest's directories, of which it keeps some.
    with tempfile.TemporaryDirectory() as directory:
        run(*nix, "copy", "--no-check-sigs", "--to", directory, *used)
        copied = {path.name for path in Path(directory, "nix/store").iterdir()}
        run("chmod", "-R", "u+w", directory)
    assert {path.name for path in used} <= copied


def test_every_module_has_bytecode(used: list[Path]) -> None:
    lacking = []
    for path in used:
        for parent, _, files in os.walk(path):
            for file in (Path(parent, name) for name in files if name.endswith(".py")):
                cache = Path(importlib.util.cache_from_source(str(file)))
                if not cache.exists() and compiles(file):
                    lacking.append(file)
    assert lacking == []


def compiles(file: Path) -> bool:
    try:
        compile(file.read_bytes(), file.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def test_bytecode_of_an_environment_is_in_no_package(outputs: list[Path]) -> None:
    for output in outputs:
        for parent, directories, _ in os.walk(output):
            assert not Path(parent, "__pycache__").is_symlink()
            directories[:] = [name for name in directories if name != "__pycache__"]
    assert (build("treestatus") / SITE_PACKAGES / "__pycache__").is_dir()


def test_the_tutorial_of_flask_keeps_its_database(checkout: Path, tmp_path: Path) -> None:
    app, call = build("flaskr", root=checkout), Runner(tmp_path)
    count = "from flaskr.flask import app; print(app.test_client().get('/posts').json['count'])"
    for number in (1, 2):
        assert call(app / "bin/python", "-c", count).stdout == f"{number}\n"
    assert (tmp_path / "state/flaskr.sqlite").is_file()
    with serving(app, "flaskr", call.variables) as service:
        assert service.request("GET", "/posts") == {"count": 3}
    assert modified(closure(app)) == []


def test_the_instance_folder_is_the_users_where_nothing_else_is_said(
    checkout: Path, tmp_path: Path
) -> None:
    app, call = build("flaskr", root=checkout), Runner(tmp_path)
    del call.variables["STATE_DIRECTORY"]
    code = "from flaskr.flask import app; print(app.instance_path)"
    for flags in ([], ["-O"], ["-I"]):
        assert call(app / "bin/python", *flags, "-c", code).stdout == (
            f"{tmp_path}/.local/state/flaskr\n"
        )
    explicit = "import flask; print(flask.Flask('flaskr', instance_path='/srv/here').instance_path)"
    assert call(app / "bin/python", "-c", explicit).stdout == "/srv/here\n"


def test_a_database_in_the_store_is_warned_about(checkout: Path, tmp_path: Path) -> None:
    app, call = build("flaskr", root=checkout), Runner(tmp_path)
    call.variables["FLASK_DATABASE"] = str(app / "flaskr.sqlite")
    warning = (
        f"the setting DATABASE of 'flaskr' is in the Nix store: {app}/flaskr.sqlite. Nothing may "
        "write there, and what is written is lost with the next build: name a path outside of "
        "/nix/store, such as one below STATE_DIRECTORY."
    )
    said = call(app / "bin/flask", "--app", "flaskr.flask", "routes").stderr
    assert said.count(warning) == 1
    command = [str(app / "bin/flaskr"), "--port", "0"]
    with subprocess.Popen(
        command, env=call.variables, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert any(warning in line for line in process.stderr)
        process.terminate()
        process.communicate()


def test_the_checkout_keeps_its_bytecode(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text("")
    Runner(tmp_path)(build("left", root=checkout) / "bin/python", "-c", "import sample")
    assert list((tmp_path / "__pycache__").iterdir())
    assert ROOT.is_dir()
