"""The planned changes of several releases for review, and the choice of what to do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from migrator.prompts import folded, review, what_now
from migrator.prompts.decisions import Decided
from migrator.prompts.person import Offer, Person
from migrator.prompts.screen import Screen
from migrator.prompts.what_now import Menu
from migrator.report.page import versions
from migrator.report.records import NoticeReport

NamedNotices = Sequence[tuple[str, NoticeReport]]


class Reviewed(NamedTuple):
    """What is reviewed: the releases that change, conflicts between them, notices not shown yet, and the answers that
    can be changed, by key.
    """

    decided: Sequence[Decided]
    conflicts: NamedNotices
    new_notices: NamedNotices
    answers: Mapping[str, str]


def choose(reviewed: Reviewed, person: Person, screen: Screen, *, dry_run: bool) -> tuple[str, str]:
    """Show it, and ask what now: "apply", "back", "change" with the key of an answer, or "leave" with a release's name.

    Raises InterruptedByUser if the person stops.
    """
    decided = reviewed.decided
    _show(reviewed, screen)
    which = f"{len(decided)} releases" if len(decided) > 1 else decided[0].report.path
    menu = Menu(
        heading=which,
        apply=f"write {folded.changes_in(decided)} in {which}",
        walk="them; leave one out",
        file="the whole results",
        files="the files back as they were",
        can_change=bool(reviewed.answers),
    )
    while True:
        choice = what_now.choose(menu, person, screen, dry_run=dry_run)
        if choice in ("apply", "back"):
            return choice, ""
        if choice == "walk":
            left_out = _walk(decided, screen, person)
            if left_out:
                return "leave", left_out
        elif choice == "change":
            changed = what_now.answer_to_change(reviewed.answers, person, screen)
            if changed:
                return choice, changed
        else:
            with screen.paged():
                for each in decided:
                    _in_full(choice, each, screen)


def _show(reviewed: Reviewed, screen: Screen) -> None:
    folded.overview(reviewed.decided, screen)
    folded.findings(
        ((each.report.path, finding) for each in reviewed.decided for finding in each.report.findings), screen
    )
    seen = [(name, notice) for name, notice in reviewed.new_notices if notice.severity != "info"]
    folded.notices([*reviewed.conflicts, *seen], screen)
    rest = len({notice.text for _, notice in reviewed.new_notices if notice.severity == "info"})
    if rest:
        screen.say(f"{rest} more to know: choose lines to read them.", style="dim")


def _in_full(choice: str, each: Decided, screen: Screen) -> None:
    if choice == "file":
        review.whole(each.report, screen)
        return
    screen.heading(each.report.path)
    review.steps(*each, screen)
    review.notices(each.report.notices, screen)


def _walk(decided: Sequence[Decided], screen: Screen, person: Person) -> str:
    """Show one release at a time, forwards and backwards; returns the name of one to leave out, or an empty string."""
    number, last = 0, len(decided) - 1
    while True:
        each = decided[number]
        screen.heading(f"Release {number + 1} of {last + 1}: {each.report.path}")
        for text in (versions(each.report), *each.report.evidence):
            screen.say(text, lead="- ")
        review.overview(*each, screen)
        more = [Offer("lines", "lines: show every changed line of it"), Offer("leave", "leave it out")]
        chosen = what_now.turn_from(number, last, "release", person, more)
        if chosen in ("back", "leave"):
            return each.report.path if chosen == "leave" else ""
        if chosen == "lines":
            with screen.paged():
                _in_full(chosen, each, screen)
        number += {"next": 1, "previous": -1}.get(chosen, 0)
