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
    """The columns of the terminal; 100 where there is none."""
    try:
        return max(os.get_terminal_size().columns, 20)
    except OSError:
        return 100
