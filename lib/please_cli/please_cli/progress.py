"""Shows what Nix is at: a moving line on a terminal, a line for each build elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

from please_cli.events import Event, Progress, Remark, Started, Stopped

_SHOWN = 3


class Display:
    """A view of events on stderr; a context manager, gone without a trace afterwards."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._running: dict[int, Started] = {}
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        # Nothing is shown of a call that has nothing to build.
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case Started():
                self._running[event.activity] = event
                if not self._console.is_terminal:
                    self._print(f"{event.verb} {event.name}")
            case Stopped():
                self._running.pop(event.activity, None)
            case Progress() if self._console.is_terminal:
                self._bar.update(self._task, completed=event.done, total=event.expected)
            case Remark():
                self._print(event.text)
        if self._console.is_terminal:
            self._bar.update(self._task, description=self._now(), visible=bool(self._running))

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _now(self) -> str:
        running = list(self._running.values())
        names = ", ".join(started.name for started in running[:_SHOWN])
        more = f" and {len(running) - _SHOWN} more" if len(running) > _SHOWN else ""
        return f"{running[0].verb} {names}{more}" if running else ""
