"""The command line tool of the workspace."""
