import io

import pytest
from please_cli.errors import UserError


def test_a_line_and_its_details() -> None:
    output = io.StringIO()
    UserError("it is broken; mend it", "\n because\n of that\n\n").show(output)
    assert output.getvalue() == "error: it is broken; mend it\nbecause\n of that\n"


def test_without_details_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    UserError("it is broken; mend it").show()
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "error: it is broken; mend it\n")
