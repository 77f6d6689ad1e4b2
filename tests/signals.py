"""Signals of programs that tests start."""

from __future__ import annotations

import signal


def reset_signals() -> None:
    """Reset signals as an interactive shell does; a process in the background or under nohup inherits ignored ones."""
    for kind in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)
