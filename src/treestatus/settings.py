"""The configuration of treestatus; see the settings of each extension in backend_common."""

import os

if "DATABASE_URL" in os.environ:
    DATABASE_URL = os.environ["DATABASE_URL"]
