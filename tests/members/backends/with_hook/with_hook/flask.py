"""What is served."""

from with_hook import create_app

app = create_app()
