"""Asking with questionary: lists with arrow keys, and text input.

The question itself is printed by the screen, with word wrap; questionary only shows a short prompt, which is erased
after the answer, so that no credential stays on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any

import questionary
from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys as Pressed

from migrator.prompts.person import Back, Offer, Why

_SECONDS_AFTER_ESCAPE = 0.3  # a key within this time after Escape means Alt and that key
_SECONDS_WITHIN_KEY = 0.1  # an arrow key sends Escape, and the rest within this time
_HINT, _SHORT_HINT = "(arrows, Enter; Esc: back, ?: why)", "(Esc: back, ?: why)"
_WIDE = 60  # columns that fit the long hint beside any prompt
_NOTHING = Offer("", "(nothing chosen yet)")


class Keys:
    """A person whose terminal has arrow keys."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        is_chosen = any(offer.value == start for offer in offers)
        shown = offers if is_chosen else [_NOTHING, *offers]
        choices = [questionary.Choice(offer.label, value=offer.value) for offer in shown]
        while True:
            question = questionary.select(
                prompt,
                choices=choices,
                default=start if is_chosen else _NOTHING.value,
                qmark="?",
                pointer=">",
                instruction=_HINT if get_terminal_size().columns >= _WIDE else _SHORT_HINT,
                erase_when_done=True,
            )
            chosen = _answer(question)
            if is_chosen or chosen != _NOTHING.value:
                return chosen

    def type_in(self, prompt: str, start: str) -> str:
        hint = "(Enter; Esc: back, ?: why)"
        question = questionary.text(f"{prompt} {hint}", default=start, qmark="?", erase_when_done=True)
        return _answer(question, is_typed=True).strip()


def _answer(question: questionary.Question, *, is_typed: bool = False) -> str:
    """Ask it. Esc goes back, `?` asks why if nothing is typed yet, and a SIGINT leaves."""
    bindings = KeyBindings()

    @bindings.add("<sigint>")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    @bindings.add("escape")
    def go_back(event: KeyPressEvent) -> None:
        event.app.exit(exception=Back)

    @bindings.add("?", filter=Condition(lambda: not get_app().current_buffer.text))
    def explain(event: KeyPressEvent) -> None:
        event.app.exit(exception=Why)

    @bindings.add(Pressed.BracketedPaste, filter=Condition(lambda: is_typed))
    def paste(event: KeyPressEvent) -> None:
        """An answer is one line: of several pasted lines the first counts, and none is left for the next prompt."""
        event.current_buffer.insert_text(next((line.strip() for line in event.data.splitlines() if line.strip()), ""))

    application: Any = question.application
    own = application.key_bindings
    application.key_bindings = merge_key_bindings([own, bindings]) if own is not None else bindings
    application.timeoutlen, application.ttimeoutlen = _SECONDS_AFTER_ESCAPE, _SECONDS_WITHIN_KEY
    return str(question.unsafe_ask())
