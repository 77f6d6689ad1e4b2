"""What the terminal is like: how wide, and whether it takes colour."""

from __future__ import annotations

import os
from typing import TextIO


def wants_colour(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to that stream; `choice` is auto, always or never.

    https://no-color.org: a NO_COLOR that is not empty says no.
    """
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The columns of the terminal; 100 where there is none, or where it does not say."""
    try:
        return max(os.get_terminal_size().columns or 100, 20)
    except (OSError, ValueError):
        return 100


def is_there(stream: TextIO | None) -> bool:
    """Whether somebody sits at that stream; one that is closed has nobody at it."""
    return stream is not None and not stream.closed and stream.isatty()


def is_ascii(stream: TextIO) -> bool:
    """Whether the stream takes ASCII only (LC_ALL=C and PYTHONIOENCODING=ascii may say so)."""
    return not (stream.encoding or "").lower().startswith("utf")
