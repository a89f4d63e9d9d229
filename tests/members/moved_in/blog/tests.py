#!/usr/bin/env python
import unittest

from app import create_app
from config import Config


class TestConfig(Config):
    TITLE = "tested"


class BlogCase(unittest.TestCase):
    def test_index(self):
        self.assertEqual(create_app(TestConfig).test_client().get("/").data, b"tested")


if __name__ == "__main__":
    unittest.main(verbosity=2)
