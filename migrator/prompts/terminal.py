"""Which way somebody at this terminal is asked."""

from __future__ import annotations

import os

from migrator.prompts.person import Person


def at_this_terminal() -> Person:
    """Somebody with arrow keys, or, where the terminal cannot move its cursor, somebody who types lines."""
    if os.environ.get("TERM", "").lower() in ("", "dumb", "unknown"):
        from migrator.prompts.typed_lines import TypedLines

        return TypedLines()
    from migrator.prompts.keys import Keys

    return Keys()
