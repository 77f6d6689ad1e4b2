"""Which way somebody at this terminal is asked."""

from __future__ import annotations

import os

from migrator.prompts.person import Person


def at_this_terminal(*, plain: bool) -> Person:
    """Somebody with arrow keys, or, with `plain` or where the terminal cannot move its cursor, one who types lines."""
    if plain or is_dumb():
        from migrator.prompts.typed_lines import TypedLines

        return TypedLines()
    from migrator.prompts.keys import Keys

    return Keys()


def is_dumb() -> bool:
    """Whether the terminal cannot move its cursor: an editor's shell, a serial line."""
    return os.environ.get("TERM", "").lower() in ("", "dumb", "unknown")
