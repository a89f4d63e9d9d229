"""A module beside the packages."""
