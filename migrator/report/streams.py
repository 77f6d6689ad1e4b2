"""The properties of the terminal: its width, and whether it supports colour."""

from __future__ import annotations

import os
from typing import TextIO


def wants_colour(choice: str, stream: TextIO) -> bool:
    """Whether to colour output to the stream; `choice` is auto, always or never.

    https://no-color.org: a NO_COLOR that is not empty turns colour off.
    """
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The columns of the terminal; 100 if there is none, or if the width is unknown."""
    try:
        return max(os.get_terminal_size().columns or 100, 20)
    except (OSError, ValueError):
        return 100


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is an open terminal."""
    return stream is not None and not stream.closed and stream.isatty()


def is_ascii(stream: TextIO) -> bool:
    """Whether the stream accepts only ASCII (for example because of LC_ALL=C or PYTHONIOENCODING=ascii)."""
    return not (stream.encoding or "").lower().startswith("utf")
