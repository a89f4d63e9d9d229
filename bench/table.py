"""The table on the terminal."""

from collections.abc import Iterable

from rich.table import Table

from bench.figure import Figure

TIMES = "\N{MULTIPLICATION SIGN}"

_MET = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}


def table(title: str, figures: Iterable[Figure]) -> Table:
    """Lay out figures as a table, one a line."""
    made = Table(title=title, title_justify="left")
    made.add_column("what", overflow="fold")
    made.add_column("here", justify="right", no_wrap=True)
    made.add_column("against", overflow="fold")
    made.add_column("that", justify="right", no_wrap=True)
    made.add_column("ratio", justify="right", no_wrap=True)
    made.add_column("goal", justify="right", no_wrap=True)
    made.add_column("met", no_wrap=True)
    for figure in figures:
        made.add_row(
            figure.what,
            number(figure.ours, figure.unit),
            figure.against,
            number(figure.theirs, figure.unit),
            number(figure.ratio, TIMES),
            goal(figure),
            _MET[figure.met],
        )
    return made


def number(value: float | None, unit: str) -> str:
    """Format a value with its unit, in about three significant digits; None is empty."""
    if value is None:
        return ""
    digits = 0 if unit == "" else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f} {unit}".rstrip()


def goal(figure: Figure) -> str:
    """Format the goal of a figure."""
    unit = TIMES if figure.theirs is not None else figure.unit
    if figure.limit is not None:
        return f"≤ {figure.limit:g} {unit}".rstrip()
    return f"≥ {figure.least:g} {unit}".rstrip() if figure.least is not None else ""
