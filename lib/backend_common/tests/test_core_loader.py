import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import backend_common
import pytest
from backend_common import ExtensionError, create_app
from backend_common.core import loader

Service = Callable[..., Path]
Write = Callable[[str, str], None]


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Write]:
    """Write an extension, a module of the library that lives for one test."""
    folder = tmp_path / "extensions"
    folder.mkdir()
    monkeypatch.setattr(backend_common, "__path__", [*backend_common.__path__, str(folder)])

    def write(name: str, text: str) -> None:
        (folder / f"{name}.py").write_text(text)

    yield write
    for path in folder.glob("*.py"):
        sys.modules.pop(f"backend_common.{path.stem}", None)
        vars(backend_common).pop(path.stem, None)


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put metadata of the library, with the extra ``absent``, before what is installed."""
    folder = tmp_path / "site" / "backend_common-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: backend_common\nVersion: 1\n"
        "Requires-Dist: flask\n"
        'Requires-Dist: pytest; extra == "absent"\n'
        'Requires-Dist: no-such-package>=1; extra == "absent"\n'
    )
    monkeypatch.syspath_prepend(folder.parent)


def test_extensions_load_in_one_order(service: Service, extension: Write) -> None:
    service()
    init = "def init_app(app):\n    app.config['LOADED'].append({!r})\n    return object()\n"
    for name in ("first", "second"):
        extension(name, init.format(name))
    app = create_app("shop", config={"LOADED": []})
    loader.load(app, ["second", "first"], known=["first", "second", "third"])
    assert app.config["LOADED"] == ["first", "second"]
    assert list(app.loaded) == ["first", "second"]
    assert app.loaded["first"] is vars(app)["first"]


def test_the_old_spelling_is_the_same_list() -> None:
    assert backend_common.EXTENTIONS is backend_common.EXTENSIONS


def test_every_extra_is_of_an_extension() -> None:
    extras = distribution("backend_common").metadata.get_all("Provides-Extra") or []
    assert set(extras) <= set(backend_common.EXTENSIONS)


def test_an_unknown_extension(service: Service) -> None:
    service()
    with pytest.raises(ExtensionError) as error:
        create_app("shop", extensions=["dbb"])
    known = ", ".join(backend_common.EXTENSIONS)
    assert str(error.value) == (
        f"'shop' asks for the unknown extension 'dbb': the extensions are {known}"
    )


def test_an_extension_named_twice(service: Service) -> None:
    service()
    with pytest.raises(ExtensionError) as error:
        create_app("shop", extensions=["log", "log"])
    assert str(error.value) == "'shop' asks for the extension 'log' twice; name it once"


def test_an_extension_whose_module_is_not_installed(service: Service) -> None:
    service()
    app = create_app("shop")
    with pytest.raises(ExtensionError) as error:
        loader.load(app, ["absent"], known=["absent"])
    assert str(error.value) == (
        "the extension 'absent' of 'shop' needs the extra 'absent', which is not installed "
        "(backend_common.absent not found): add backend_common[absent] to the dependencies "
        "of 'shop', or run: pip install 'backend_common[absent]'"
    )


@pytest.mark.usefixtures("metadata")
def test_an_extension_whose_packages_are_not_installed(service: Service, extension: Write) -> None:
    service()
    app = create_app("shop")
    extension("absent", "import no_such_module")
    with pytest.raises(ExtensionError, match=r"extra 'absent'.*\(no-such-package not found\)"):
        loader.load(app, ["absent"], known=["absent"])


def test_another_import_error_is_told_as_it_is(service: Service, extension: Write) -> None:
    service()
    app = create_app("shop")
    extension("broken", "import no_such_module")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        loader.load(app, ["broken"], known=["broken"])


def test_using_an_extension_that_was_not_asked_for(service: Service) -> None:
    service()
    app = create_app("shop")
    with pytest.raises(AttributeError) as error:
        app.db  # noqa: B018
    assert str(error.value) == (
        "the app 'shop' has no 'db': if it is an extension, "
        "name it in create_app('shop', extensions=[..., 'db'])"
    )


def test_the_collector_rests_while_extensions_are_imported(
    service: Service, extension: Write
) -> None:
    service()
    extension(
        "noting",
        "import gc\nimporting = gc.isenabled()\n\n\n"
        "def init_app(app):\n    return importing, gc.isenabled()\n",
    )
    app = create_app("shop")
    loader.load(app, ["noting"], known=["noting"])
    assert app.loaded["noting"] == (False, True)
