"""The configuration of treestatus; docs/extensions.md has the settings of the extensions."""
