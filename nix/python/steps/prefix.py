"""The shape of a Python prefix, as it is in the parts of an environment and in environments."""

import sys

# The interpreter's name: that of the one that runs the step is that of every environment.
PROGRAM = "python{}.{}".format(*sys.version_info)

SITE_PACKAGES = f"lib/{PROGRAM}/site-packages"

# Stands for the interpreter in the first line of a script that a wheel brings, until an
# environment puts its own there.
PLACEHOLDER = "@python@"
