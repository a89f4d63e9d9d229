import io

from please_cli.events import Failed, Progress, Remark, Started, Stopped
from please_cli.progress import Display
from rich.console import Console


def started(number: int) -> Started:
    path = f"/nix/store/f7w7zl2nf2x3lzdgm9k3zdx8vq9w90i2-dep-{number}.drv"
    return Started(number, path, "building")


def test_elsewhere_than_on_a_terminal_each_build_is_a_line() -> None:
    output = io.StringIO()
    with Display(Console(file=output)) as display:
        display.show(Progress(0, 2))
        display.show(started(1))
        display.show(Remark("warning: [odd] markup"))
        display.show(Stopped(1))
        display.show(Failed("told by the caller"))
        display.show(started(2))
    assert output.getvalue() == "building dep-1\nwarning: [odd] markup\nbuilding dep-2\n"


def test_a_terminal_shows_how_far_it_is_and_is_left_clean() -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=120, color_system=None)
    with Display(console) as display:
        for number in range(1, 6):
            display.show(started(number))
        display.show(Progress(3, 9))
    assert "building dep-1, dep-2, dep-3 and 2 more" in output.getvalue()
    assert "3/9" in output.getvalue()
    # The last line is erased.
    assert output.getvalue().endswith("\x1b[2K")
