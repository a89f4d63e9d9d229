"""Install the source of a workspace member into a prefix of its own, and compile it.

Packages go to site-packages; settings.py and migrations, which stand beside them, go to
share/<module>, where backend_common looks for them.

Environment, set by member.nix and needs/code.nix: src (a source tree that holds what is to be
installed, and no more) or texts (files in one: see texts.py) or both, module, directory (of the
source, in the checkout), out. Those of plain.nix say what goes to site-packages: root (the
directory in the source that has the packages), tops (the packages and modules at its top), packages
and modules (of which a file is a module, which is never executable). unclaimedPath, if set, is a
file that names those that are not installed, a path a line.
"""

from __future__ import annotations

import os

from bytecode import compile_tree, modules
from prefix import SITE_PACKAGES
from source_links import left_out
from texts import unpack
from unpackaged import note

TYPE_CHECKING = False  # as typing has it, without typing
if TYPE_CHECKING:
    from collections.abc import Collection


class Layout:
    """Which files of a source tree go to site-packages."""

    def __init__(
        self,
        tops: Collection[str],
        root: str = ".",
        packages: Collection[str] = (),
        modules: Collection[str] = (),
    ) -> None:
        self.tops, self.root = frozenset(tops), root
        self.packages, self.modules = frozenset(packages), frozenset(modules)

    def below(self, path: str) -> str | None:
        """Return the path in site-packages of a file, None for one that does not go there."""
        prefix = "" if self.root == "." else f"{self.root}/"
        below = path.removeprefix(prefix)
        inside = path.startswith(prefix) and below.partition("/")[0] in self.tops
        return below if inside else None

    def is_module(self, below: str) -> bool:
        """Tell whether a file in site-packages is a module of a package."""
        is_in_package = os.path.dirname(below) in self.packages and below.endswith(".py")
        return is_in_package or below in self.modules


def install_source(src: str, module: str, prefix: str, directory: str, layout: Layout) -> None:
    """Copy the packages and what is beside them, of the member in a directory of the checkout.

    Raises SystemExit if a module does not compile, or a link or a name cannot be copied.
    """
    find = left_out(src)
    site = f"{prefix}/{SITE_PACKAGES}"
    # Also for an extra that has no module of its own, only requirements.
    os.makedirs(site)
    # Files only: the source tree keeps the directories of files that were left out of it.
    for parent, directories, files in os.walk(src, followlinks=True):
        without = find(parent, [*directories, *files])
        directories[:] = sorted({*directories} - without)
        for name in sorted({*files} - without):
            path = os.path.relpath(f"{parent}/{name}", src)
            below = layout.below(path)
            target = f"{prefix}/share/{module}/{path}" if below is None else f"{site}/{below}"
            may_run = below is not None and not layout.is_module(below)
            copy(f"{src}/{path}", target, may_run=may_run)
    if not compile_tree(prefix):
        raise SystemExit(f"error: {broken(src, directory)}. Correct it, and build again.")


def broken(src: str, directory: str) -> str:
    """Return what is wrong with the first module that does not compile, and where it is."""
    for file in modules(src):
        path = f"{directory}/{os.path.relpath(file, src)}"
        with open(file, "rb") as stream:
            source = stream.read()
        try:
            compile(source, os.path.basename(file), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return f"{path} does not compile: {error or type(error).__name__}"
    return f"a module of {directory} does not compile (see above)"


def gather(src: str, texts: str) -> str:
    """Return a directory with the files of a source tree and those in one of texts.nix.

    Each may be empty. A tree alone is returned itself.
    """
    if src and not texts:
        return src
    gathered = os.path.abspath("source")
    os.mkdir(gathered)
    if texts:
        unpack(texts, gathered)
    for parent, directories, files in os.walk(src) if src else ():
        for name in (*directories, *files):
            path = f"{parent}/{name}"
            target = f"{gathered}/{os.path.relpath(path, src)}"
            if os.path.islink(path):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                os.symlink(os.readlink(path), target)
            elif name in files:
                copy(path, target, may_run=True)
    return gathered


def copy(path: str, target: str, *, may_run: bool) -> None:
    """Copy the content of a file; make the directories above it.

    Of its permissions, it keeps whether it is executable, if it may be that.
    """
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(path, "rb") as file, open(target, "wb") as new:
        new.write(file.read())
    os.chmod(target, 0o755 if may_run and os.access(path, os.X_OK) else 0o644)


def main() -> None:
    """Run the build step."""
    env = os.environ
    layout = Layout(
        env.get("tops", env["module"]).split(),
        env.get("root", "."),
        env.get("packages", "").split(),
        env.get("modules", "").split(),
    )
    src = gather(env.get("src", ""), env.get("texts", ""))
    install_source(src, env["module"], env["out"], env["directory"], layout)
    if path := env.get("unclaimedPath"):
        with open(path, encoding="utf-8", errors="surrogateescape") as names:
            print(note(env["directory"], names.read().splitlines()))


if __name__ == "__main__":
    main()
