"""What is served."""

from with_hatchling import create_app

app = create_app()
