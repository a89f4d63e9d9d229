"""The application that servers and the ``flask`` command load."""

import tokens

app = tokens.create_app()
