"""Variables that all build steps have which import the modules beside this one.

../compiled.nix writes them into a file `variables` there, a line NAME=VALUE for each.
"""

import os


def load() -> None:
    """Set the variables that are not set already."""
    with open(f"{os.path.dirname(__file__)}/variables", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.rstrip("\n").partition("=")
            os.environ.setdefault(name, value)
