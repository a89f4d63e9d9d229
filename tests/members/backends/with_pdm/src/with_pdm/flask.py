"""What is served."""

from with_pdm import create_app

app = create_app()
