"""An unsound wheel is reported like one whose text is not UTF-8; a damaged archive is not."""

from wheel_errors import UnpackError, UnsoundError


def test_which_errors_are_of_the_format() -> None:
    assert issubclass(UnsoundError, ValueError)
    assert issubclass(UnicodeDecodeError, ValueError)
    assert not issubclass(UnpackError, ValueError)
