"""The shape of a Python prefix, as it is in the parts of an environment and in environments."""

SITE_PACKAGES = "lib/python3.11/site-packages"

# Stands for the interpreter in the first line of a script that a wheel brings, until an
# environment puts its own there.
PLACEHOLDER = "@python@"
