"""Missing decisions of a run that cannot ask: all of them at once, each with the flag that answers it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.report.mask import Mask
from migrator.report.page import Page, flags_of, joined_places, unused_answer
from migrator.report.records import FileReport, QuestionReport, Report


def missing(report: Report, page: Page, *, mask: Mask) -> str:
    """For each release with open decisions: what each one decides, its choices, and its flag."""
    report = mask.conceal(report)
    waiting = [file for file in report.files if file.status == "needs-decision"]
    return "".join(line + "\n" for file in waiting for line in _of_file(file, report.command, page))


def _of_file(file: FileReport, command: str, page: Page) -> Iterator[str]:
    still_open = file.open_questions
    count = "1 decision is" if len(still_open) == 1 else f"{len(still_open)} decisions are"
    consequence = {"migrate": "nothing was written", "diff": "left out of the diff"}.get(
        command, "it cannot be checked yet"
    )
    if command == "diff" and file.next_steps:  # a page for review shows what is decided
        consequence = "the rest is shown"
    yield from page.wrapped(f"{file.path}: {count} missing; {consequence}.", style="yellow")
    for question in still_open:
        yield from _of_question(question, page)
    flags = " and ".join(flags_of(still_open))
    where = ", or at a terminal without --non-interactive" if command == "migrate" else ""
    text = f"Run it again with {flags}{',' if where else ' or'} with --answers FILE{where}."
    yield from page.wrapped(text, indent=2)


def _of_question(question: QuestionReport, page: Page) -> Iterator[str]:
    yield from page.wrapped(f"{question.id}: {question.text}", indent=2, lead="? ")
    if question.places:
        yield from page.wrapped(joined_places(question.places), indent=4, lead="see ")
    if question.stale:
        yield from page.wrapped(unused_answer(question), indent=4, style="yellow")
    for value, leads_to in question.choices:
        yield from page.wrapped(f"{value}: {leads_to}", indent=6, lead="- ")
    why = "no known user" if question.id == "redis-db" else "suggested"
    hint = f" ({question.suggestion}: {why})" if question.suggestion else ""
    yield from page.wrapped(f"{question.flag}{hint}", indent=4, lead="answer with ")
