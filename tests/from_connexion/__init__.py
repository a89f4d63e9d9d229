"""Replays the requests of connexion's own tests on `api`, and compares the answers.

`tests/from_connexion/run CHECKOUT` takes a checkout of connexion, of which it changes nothing.
"""

TESTS = (
    "tests/api",
    "tests/test_flask_encoder.py",
    "tests/test_json_validation.py",
    "tests/test_middleware.py",
    "tests/test_resolver_methodview.py",
)
"""Where the tests that send requests are in a checkout; the first one has to be there."""
