"""A progress bar on standard error at a terminal, once a run has taken more than half a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrator.cli.settings import Settings
from migrator.report import streams

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 0.5


class Bar:
    """Counts what is done; draws nothing if the run is short or nobody is watching."""

    def __init__(self, total: int, *, is_shown: bool) -> None:
        self._total = total
        self._done = 0
        self._since = time.monotonic() if is_shown else float("inf")
        self._drawn: tuple[Progress, TaskID] | None = None

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        if self._drawn is not None:
            self._drawn[0].update(self._drawn[1], completed=self._done)
        elif time.monotonic() - self._since > _PATIENCE:
            self._draw()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        progress = Progress(console=Console(file=sys.stderr), transient=True)
        self._drawn = progress, progress.add_task("releases", total=self._total, completed=self._done)
        progress.start()

    def end(self) -> None:
        """Remove the bar."""
        if self._drawn is not None:
            self._drawn[0].stop()


@contextmanager
def bar(settings: Settings, total: int) -> Iterator[Bar]:
    """A bar for `total` releases, removed at the end."""
    shown = Bar(total, is_shown=not settings.quiet and streams.is_terminal(sys.stderr))
    try:
        yield shown
    finally:
        shown.end()
