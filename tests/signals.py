"""Signals in programs that tests start."""

from __future__ import annotations

import signal


def hear_signals() -> None:
    """As a terminal's own shell starts a program: what runs in the background, or under nohup, inherits deafness."""
    for kind in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)
