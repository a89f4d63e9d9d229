"""What is served."""

from with_uv import create_app

app = create_app()
