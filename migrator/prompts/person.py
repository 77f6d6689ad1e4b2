"""What can be asked of a person: choose one of a list, or type an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Offer(NamedTuple):
    """One line of a list: the value that it stands for, and its words."""

    value: str
    label: str


class Back(Exception):
    """Somebody wants to go back to what was asked before."""


class Why(Exception):
    """Somebody wants to know why this is asked."""


class Person(Protocol):
    """Somebody at a terminal. Both raise KeyboardInterrupt or EOFError where they leave, and Back or Why."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        """The value of the offer chosen; `start` is the value that the list begins on.

        Where no offer has that value nothing is chosen beforehand, and Enter alone is no answer.
        """

    def type_in(self, prompt: str, start: str) -> str:
        """What was typed, without blanks around it; `start` stands there already."""
