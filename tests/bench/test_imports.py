from bench.imports import packages

SAID = """\
import time: self [us] | cumulative | imported package
import time:      1000 |       1000 |   flask.app
import time:      2000 |       3000 | flask
import time:       500 |        500 | json
other
"""


def test_modules_count_for_their_package() -> None:
    assert packages(SAID) == {"flask": 0.003, "json": 0.0005}
