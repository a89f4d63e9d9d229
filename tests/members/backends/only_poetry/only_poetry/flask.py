"""What is served."""

from only_poetry import create_app

app = create_app()
