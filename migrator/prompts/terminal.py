"""How a person at this terminal is asked."""

from __future__ import annotations

import os

from migrator.prompts.person import Person


def person_at_terminal(*, plain: bool) -> Person:
    """Arrow keys, or typed lines if `plain` is set or the terminal cannot move its cursor."""
    if plain or is_dumb():
        from migrator.prompts.typed_lines import TypedLines

        return TypedLines()
    from migrator.prompts.keys import Keys

    return Keys()


def is_dumb() -> bool:
    """Whether the terminal cannot move its cursor, as in an editor's shell or on a serial line."""
    return os.environ.get("TERM", "").lower() in ("", "dumb", "unknown")
