"""Settings beside the package."""

NAME = "one"
