"""Settings beside the package."""

NAME = "two"
