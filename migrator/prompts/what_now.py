"""What to do with a plan: the menu below a review, of one release or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator.errors import InterruptedByUser
from migrator.prompts.person import Back, Offer, Person, Why
from migrator.prompts.screen import Screen


class Menu(NamedTuple):
    """The variable texts of the menu; `files` says what undo restores."""

    heading: str
    apply: str
    walk: str
    file: str
    files: str
    can_change: bool


def choose(menu: Menu, person: Person, screen: Screen, *, dry_run: bool) -> str:
    """The choice: "apply", "lines", "walk", "file", "change", or "back" to the previous question.

    Raises InterruptedByUser if the person stops.
    """
    offers = [
        Offer("apply", "finish: a dry run writes nothing" if dry_run else f"apply: {menu.apply}"),
        Offer("lines", "lines: show every changed line, with reasons"),
        Offer("walk", f"walk through {menu.walk}"),
        Offer("file", f"file: {menu.file}"),
        *([Offer("change", "change an answer")] if menu.can_change else []),
        Offer("stop", "stop without writing"),
    ]
    while True:
        screen.heading(f"{menu.heading}: what now?")
        try:
            choice = person.choose("Choose", offers, "apply")
        except Back:
            return "back"
        except Why:
            screen.say(f"Nothing is written until you choose apply; undo then puts {menu.files}.")
            continue
        screen.line(f"> {'finish' if dry_run and choice == 'apply' else choice}", style="bold")
        if choice == "stop":
            raise InterruptedByUser("left as it is; nothing was written.")
        return choice


def turn_from(number: int, last: int, what: str, person: Person, more: Sequence[Offer] = ()) -> str:
    """Where to go from item `number`: "next", "previous", "back", one of `more`, or "" to show it again."""
    offers = [Offer("next", f"next {what}")] if number < last else []
    offers += [Offer("previous", f"previous {what}")] if number else []
    offers += [*more, Offer("back", "back to the choice")]
    start = "next" if number < last else "back"
    try:
        return person.choose(f"{what.capitalize()} {number + 1} of {last + 1}", offers, start)
    except Back:
        return "back"
    except Why:
        return ""


def answer_to_change(answers: Mapping[str, str], person: Person, screen: Screen) -> str:
    """The key of the answer to change, chosen by its text; empty for none of them."""
    screen.heading("Change an answer")
    offers = [Offer(key, screen.plain(text)) for key, text in answers.items()]
    try:
        return person.choose("Which", [*offers, Offer("", "none of them")], offers[0].value)
    except (Back, Why):
        return ""
