import os

import pytest
from meetings.core.app import create_app

TEST_DATABASE_URI = os.environ.get("MEETINGS_TEST_DATABASE_URI", "postgresql:///meetings_tests")


@pytest.fixture(scope="session")
def app():
    return create_app({"TESTING": True, "DATABASE_URI": TEST_DATABASE_URI})
