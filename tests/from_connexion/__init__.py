"""Replays the requests of connexion's own tests on `api`, and compares the answers.

`tests/from_connexion/run CHECKOUT` takes a checkout of connexion, of which it changes nothing.
"""

TESTS = "tests/api"
"""The directory of the tests in a checkout."""
