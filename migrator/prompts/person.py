"""What can be asked of a person: choose one of a list, or type an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Offer(NamedTuple):
    """One line of a list: the value it stands for, its words, and why it cannot be chosen (empty: it can)."""

    value: str
    label: str
    unusable: str = ""


class Person(Protocol):
    """Somebody at a terminal. Both raise KeyboardInterrupt or EOFError where they leave."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        """The value of the offer chosen; `start` is the value that the list begins on."""

    def type_in(self, prompt: str, start: str, complaint: Callable[[str], str]) -> str:
        """What was typed, without blanks around it; `start` stands there already, `complaint` says what is wrong.

        Whether nothing at all is an answer is the complaint's business too.
        """
