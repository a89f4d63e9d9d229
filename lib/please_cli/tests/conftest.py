"""A checkout of a few members, and a package index in a directory with wheels for it."""

import base64
import hashlib
import io
import re
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]

_PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX")


@pytest.fixture
def write() -> Write:
    """Write text to a file, whose directories are made."""

    def write(path: Path, text: str = "") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def checkout(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library, a service, and what is neither; PLEASE_ROOT names it."""
    root = tmp_path / "checkout"
    for member, description in {"lib/paint": "Colours", "src/door_bell": "Rings"}.items():
        name = Path(member).name
        project = f'[project]\nname = "{name}"\ndescription = "{description}"\n'
        write(root / member / "pyproject.toml", project)
    with (root / "lib/paint/pyproject.toml").open("a") as manifest:
        manifest.write('[tool.services]\nresolves = ["default", "next"]\n')
    write(root / "nix/lock/python/default.json", '{"python": "3.11.2"}')
    write(root / "src/notes.txt")
    write(root / "src/without_pyproject/setup.py")
    monkeypatch.setenv("PLEASE_ROOT", str(root))
    return root


PLATFORM = """{
 "systems": {
  "%s": {
   "packages": {
    "libc6": {"version": "2.36-9+deb12u14"},
    "libpython3.11-minimal": {"version": "3.11.2-6+deb12u8"}
   }
  }
 }
}
"""


@pytest.fixture
def platform(tmp_path: Path, write: Write) -> Path:
    """A checkout that has nothing but a lock of the platform."""
    root = tmp_path / "work"
    write(root / "nix/lock/debian/bookworm.json", PLATFORM % "x86_64-linux")
    return root


_PAINT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "paint"
version = "1.0.0"
readme = "README.md"
dynamic = ["optional-dependencies"]
[project.scripts]
paint = "paint:main"
[tool.setuptools]
packages = ["paint", "paint.tools"]
"""
_PAINT_SETUP = """
from setuptools import setup
setup(extras_require={"oil": ["linseed"]})
"""
_PAINT_FILES = {
    "pyproject.toml": _PAINT,
    "setup.py": _PAINT_SETUP,
    "README.md": "Colours. \u00dcber all.\n",
}


@pytest.fixture
def paint(tmp_path: Path, write: Write) -> Path:
    """A workspace with one library, `paint`, and its setup.py."""
    for name, text in _PAINT_FILES.items():
        write(tmp_path / "lib/paint" / name, text)
    write(tmp_path / "lib/paint/paint/tools/__init__.py", "raise ImportError('code does not run')")
    return tmp_path


class Index:
    """A package index laid out as PEP 503 says, in a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[str]] = {}
        root.mkdir()

    @property
    def url(self) -> str:
        return self._root.as_uri()

    def wheel(
        self,
        name: str,
        version: str,
        requires: Sequence[str] = (),
        *,
        tag: str = "py3-none-any",
        python: str = "",
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Add a wheel and return its sha256; requires are lines of Requires-Dist."""
        module = name.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        metadata = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
        if python:
            metadata.append(f"Requires-Python: {python}")
        for requirement in requires:
            if "extra ==" in requirement:
                extra = requirement.partition("extra ==")[2].strip(" '\"")
                metadata.append(f"Provides-Extra: {extra}")
            metadata.append(f"Requires-Dist: {requirement}")
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for file, text in {f"{module}.py": "", **(files or {})}.items():
                archive.writestr(file, text)
            archive.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n")
            archive.writestr(
                f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        return self.add(name, f"{module}-{version}-{tag}.whl", content.getvalue())

    def sdist(
        self,
        name: str,
        version: str,
        pyproject: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Add a source distribution: pyproject.toml, and further files by name."""
        base = f"{name}-{version}"
        info = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
        # Without PKG-INFO, an installer has to ask the build backend.
        content_of = dict(files or {"PKG-INFO": info})
        if pyproject is not None:
            content_of["pyproject.toml"] = pyproject
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for file, text in content_of.items():
                member = tarfile.TarInfo(f"{base}/{file}")
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
        return self.add(name, f"{base}.tar.gz", content.getvalue())

    def add(self, name: str, file: str, content: bytes) -> str:
        """Add a file of the project `name` and return its sha256."""
        directory = self._root / name
        directory.mkdir(exist_ok=True)
        (directory / file).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        links = self._files.setdefault(name, [])
        links.append(f'<a href="{file}#sha256={digest}">{file}</a><br>')
        (directory / "index.html").write_text(
            f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"
        )
        return digest

    def flat(self, name: str, version: str) -> Path:
        """Add a wheel and return its path: the directory of a project is one of find-links."""
        self.wheel(name, version)
        return next((self._root / name).glob(f"{name}-{version}-*.whl"))

    def without_digests(self, name: str) -> None:
        """Leave the digests out of the page of a project."""
        page = self._root / name / "index.html"
        page.write_text(re.sub("#sha256=[0-9a-f]+", "", page.read_text()))

    def remove(self, name: str) -> None:
        """Remove a project."""
        shutil.rmtree(self._root / name)
        del self._files[name]

    @contextmanager
    def served(self, login: str) -> Iterator[str]:
        """Serve the index to callers that log in; yield its host and port."""
        handler = partial(LoginHandler, login, directory=self._root)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()


class LoginHandler(SimpleHTTPRequestHandler):
    """Serves a directory to requests with a name and a password, RFC 7617."""

    def __init__(self, login: str, *arguments: Any, **options: Any) -> None:
        self._expected = f"Basic {base64.b64encode(login.encode()).decode()}"
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        if self.headers.get("Authorization") == self._expected:
            super().do_GET()
        else:
            self.send_response(HTTPStatus.UNAUTHORIZED)
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def company(tmp_path: Path) -> Index:
    """An index that pip is not configured for, empty."""
    return Index(tmp_path / "company")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The package index that pip is configured for, empty."""
    found = Index(tmp_path / "simple")
    for name in _PIP_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", found.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return found
