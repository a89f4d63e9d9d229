"""A second package."""
