"""The command of a service, where it has its application and the server from."""

from pathlib import Path

import pytest
from parts import Parts, output
from prefix import SITE_PACKAGES

# The command itself is in test_link_environment.py, too.


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


@pytest.mark.parametrize("own", ["backend_common/serve.py", "serving/command.py"])
def test_a_launcher_says_where_the_application_is(parts: Parts, own: str) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/{own}": "main = print\n"})
    web = parts.part("two", {f"{SITE_PACKAGES}/web/pages.py": ""})
    environment = parts.link(part, web, launcher="sample", app='web.pages:make("it\'s")')
    assert output(environment / "bin/sample") == 'sample web.pages:make("it\'s")'


def test_a_service_borrows_the_server(parts: Parts, tmp_path: Path) -> None:
    server = tmp_path / "server"
    (server / "serving").mkdir(parents=True)
    (server / "serving/command.py").write_text(
        "from gunicorn import version\n\n\ndef main(name):\n    print(name, version)\n"
    )
    (server / "gunicorn.py").write_text("version = 27\n")
    own = parts.part("one", {f"{SITE_PACKAGES}/gunicorn.py": "version = 20\n"})
    environment = parts.link(own, launcher="sample", server=[str(server)])
    assert output(environment / "bin/sample") == "sample 27"
    code = "import gunicorn; print(gunicorn.version)"
    assert output(environment / "bin/python", "-c", code) == "20"


@pytest.mark.parametrize(
    "path", ["web.py", "web/__init__.py", "web.cpython-311-x86_64-linux-gnu.so"]
)
def test_an_application_is_in_a_module_that_is_there(parts: Parts, path: str) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/{path}": ""})
    assert (parts.link(part, launcher="sample", app="web:app") / "bin/sample").exists()


@pytest.mark.parametrize("place", ["wep:app", "web.pages:app", "data:app"])
def test_an_application_in_a_module_that_is_not_there(parts: Parts, place: str) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/web.py": "", f"{SITE_PACKAGES}/data/a.txt": ""})
    with pytest.raises(SystemExit) as raised:
        parts.link(part, launcher="sample", app=place)
    assert str(raised.value) == (
        f'error: src/sample/pyproject.toml: [tool.services] app = "{place}": no module '
        f"{place.partition(':')[0]} is installed. Correct the name, or have the service's build "
        "backend install the module."
    )


# tests/test_settings.py has more of them.
@pytest.mark.parametrize("place", ["web", "web:make(name)"])
def test_a_text_that_is_not_a_place(parts: Parts, place: str) -> None:
    part = parts.part("one", {f"{SITE_PACKAGES}/web.py": ""})
    with pytest.raises(SystemExit) as raised:
        parts.link(part, launcher="sample", app=place)
    assert str(raised.value) == (
        f'error: src/sample/pyproject.toml: [tool.services] app = "{place}" is not the place of an '
        'application: write module:object, module:create_app or module:create_app("argument"), '
        "with literals as arguments."
    )
