"""Asking with questionary: lists with arrow keys, and answers that are checked while they are typed.

The question itself is printed by the screen, wrapped between words; what questionary shows is a short prompt, erased
when it is answered, so that no credential stays on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import questionary
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings

from migrator.prompts.person import Offer

_SECONDS_AFTER_ESCAPE = 0.3  # within which a key makes it Alt and that key, as in Alt-B


class Keys:
    """Somebody whose terminal has arrow keys."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        choices = [
            questionary.Choice(offer.label, value=offer.value, disabled=offer.unusable or None) for offer in offers
        ]
        usable = [offer.value for offer in offers if not offer.unusable]
        return _answer(
            questionary.select(
                prompt,
                choices=choices,
                default=start if start in usable else usable[0],
                qmark="?",
                pointer=">",
                instruction="(arrows, Enter; Esc leaves)",
                erase_when_done=True,
            )
        )

    def type_in(self, prompt: str, start: str, complaint: Callable[[str], str]) -> str:
        return _answer(
            questionary.text(
                prompt,
                default=start,
                qmark="?",
                validate=lambda text: complaint(text.strip()) or True,
                erase_when_done=True,
            )
        ).strip()


def _answer(question: questionary.Question) -> str:
    """Ask it; Esc leaves as ^C does, and so does a SIGINT that somebody else sends."""
    bindings = KeyBindings()

    @bindings.add("escape")
    @bindings.add("<sigint>")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    application: Any = question.application
    own = application.key_bindings
    application.key_bindings = merge_key_bindings([own, bindings]) if own is not None else bindings
    application.timeoutlen = _SECONDS_AFTER_ESCAPE
    return str(question.unsafe_ask())
