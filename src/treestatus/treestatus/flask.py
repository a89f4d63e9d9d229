"""The application that servers and the ``flask`` command load."""

import treestatus

app = treestatus.create_app()
