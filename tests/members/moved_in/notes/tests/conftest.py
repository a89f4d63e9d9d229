import os

import pytest
from notes import create_app
from notes.db import get_db, init_db

with open(os.path.join(os.path.dirname(__file__), "data.sql")) as file:
    DATA = file.read()


@pytest.fixture
def client(tmp_path):
    app = create_app({"TESTING": True, "DATABASE": str(tmp_path / "notes.sqlite")})
    with app.app_context():
        init_db()
        get_db().executescript(DATA)
        yield app.test_client()
