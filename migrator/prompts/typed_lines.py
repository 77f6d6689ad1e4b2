"""Asking line by line, on a terminal that cannot move its cursor (TERM=dumb: an editor's shell, a serial line)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from migrator.prompts.person import Offer


class TypedLines:
    """Somebody who types lines; a list is answered with the number in front of a line, or with its value."""

    def choose(self, prompt: str, offers: Sequence[Offer], start: str) -> str:
        # Lists of numbers are answered with what they hold: a second numbering beside it would mislead.
        are_numbers = all(offer.value.isdecimal() for offer in offers[:1])
        by_name = {offer.value: offer for offer in offers}
        if not are_numbers:
            by_name |= {str(number): offer for number, offer in enumerate(offers, 1)}
        for number, offer in enumerate(offers, 1):
            lead = "" if are_numbers and offer.value.isdecimal() else "  " if are_numbers else f"{number}) "
            reason = f" ({offer.unusable})" if offer.unusable else ""
            value = f" [{offer.value}]" if are_numbers and not offer.value.isdecimal() else ""
            sys.stdout.write(f"  {lead}{offer.label}{value}{reason}\n")
        while True:
            answer = _line(f"{prompt} [{start}]: " if start in by_name else f"{prompt}: ") or start
            chosen = by_name.get(answer)
            if chosen is None:
                sys.stdout.write(f"  {answer!a} is none of these; Ctrl-C leaves.\n")
            elif chosen.unusable:
                sys.stdout.write(f"  not that one: {chosen.unusable}.\n")
            else:
                return chosen.value

    def type_in(self, prompt: str, start: str, complaint: Callable[[str], str]) -> str:
        while True:
            answer = _line(f"{prompt} [{start}]: " if start else f"{prompt}: ") or start
            problem = complaint(answer)
            if not problem:
                return answer
            sys.stdout.write(f"  {problem}.\n")


def _line(prompt: str) -> str:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
