"""What is served."""

from with_poetry import create_app

app = create_app()
