"""How a person is asked: to choose from a list, or to type an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Offer(NamedTuple):
    """One line of a list: its value, and its label."""

    value: str
    label: str


class Back(Exception):
    """The person wants to go back to the previous question."""


class Why(Exception):
    """The person wants to know why this is asked."""


class Person(Protocol):
    """A person at a terminal. Both methods raise KeyboardInterrupt or EOFError if they leave, and Back or Why."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        """The value of the chosen offer; the list starts at the one with the value `start`.

        If no offer has that value, nothing is selected at first, and Enter alone is not an answer.
        """

    def type_in(self, prompt: str, start: str) -> str:
        """The text typed, stripped of blanks; the input starts with `start`."""
