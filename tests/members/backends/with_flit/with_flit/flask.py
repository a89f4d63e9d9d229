"""What is served."""

from with_flit import create_app

app = create_app()
