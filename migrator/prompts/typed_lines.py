"""Asking line by line, for screen readers and for terminals that cannot move the cursor (TERM=dumb)."""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence

from migrator.files.signals import raise_noted
from migrator.prompts.person import Back, Offer, Why


class TypedLines:
    """A person who types lines; a list is answered with a line's number or its value."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        # Lists of numbers are answered with the numbers themselves: line numbers beside them would be confusing.
        are_numbers = all(offer.value.isdecimal() for offer in offers[:1])
        by_name = {offer.value: offer for offer in offers}
        if not are_numbers:
            by_name |= {str(number): offer for number, offer in enumerate(offers, 1)}
        for number, offer in enumerate(offers, 1):
            lead = "" if are_numbers and offer.value.isdecimal() else "  " if are_numbers else f"{number}) "
            value = f" [{offer.value}]" if are_numbers and not offer.value.isdecimal() else ""
            sys.stdout.write(f"  {lead}{offer.label}{value}\n")
        while True:
            answer = _line(prompt, start if start in by_name else "", known=by_name)
            if answer in by_name:
                return by_name[answer].value
            if are_numbers and answer.isdecimal():
                return answer
            error = f"{answer!a} is not one of these" if answer else "An answer is needed"
            sys.stdout.write(f"  {error}; back goes back, ? says why, Ctrl-C leaves.\n")

    def type_in(self, prompt: str, start: str) -> str:
        return _line(prompt, start)


def _line(prompt: str, start: str, known: Sequence[str] | dict[str, Offer] = ()) -> str:
    sys.stdout.write(f"{prompt} [{start}]: " if start else f"{prompt}: ")
    sys.stdout.flush()
    # Python would notice a ^C that comes just before it reads only with the next line.
    while not select.select([sys.stdin], [], [], 0.2)[0]:
        raise_noted()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    typed = line.strip()
    if typed == "back" and typed not in known:
        raise Back
    if typed == "?":
        raise Why
    return typed or start
