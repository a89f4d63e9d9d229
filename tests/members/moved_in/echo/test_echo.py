import unittest

import echo


class EchoTestCase(unittest.TestCase):
    def setUp(self):
        self.app = echo.app.test_client()

    def test_index(self):
        self.assertEqual(self.app.get("/?text=x").data, b"x")

    def test_source(self):
        with open("echo/core.py") as f:
            self.assertIn("render_template", f.read())
