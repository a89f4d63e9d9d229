"""Install the source of a workspace member into a prefix of its own, and compile it.

Modules go to site-packages; settings.py and migrations, which stand beside the package, go to
share/<module>, where backend_common looks for them.

Environment, set by member.nix and needs/code.nix: src (a source tree that holds what is to be
installed, and no more), module, directory (of the source, in the checkout), out.
"""

import os

from bytecode import compile_tree, modules
from prefix import SITE_PACKAGES
from source_links import left_out


def install_source(src: str, module: str, prefix: str, directory: str) -> None:
    """Copy the package and what is beside it, of the member in a directory of the checkout.

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
            base = site if path.startswith(f"{module}/") else f"{prefix}/share/{module}"
            copy(f"{src}/{path}", f"{base}/{path}")
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


def copy(path: str, target: str) -> None:
    """Copy the content of a file, but not its permissions; make the directories above it."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(path, "rb") as file, open(target, "wb") as new:
        new.write(file.read())


def main() -> None:
    """Run the build step."""
    env = os.environ
    install_source(env["src"], env["module"], env["out"], env["directory"])


if __name__ == "__main__":
    main()
