"""Text for a terminal or a log: the plan, the findings, and the outcome of `migrate`.

The program's own text is ASCII; text from the file is shown as it is, unless the page is ASCII only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from migrator.report.mask import Mask
from migrator.report.page import SIGNS, Page, Style, flags_of, joined_places, one_line, unused_answer, versions
from migrator.report.records import ChangeReport, FileReport, NoticeReport, QuestionReport, Report, with_remedies
from migrator.report.text_check import STYLES, count, error_without_path, headline

EFFECTS = {
    "none": "pods restart, behaviour unchanged",
    "behaviour": "a pod changes",
    "required": "required, or the release breaks",
}
"""What a change means for the cluster, as text, so that it is clear without colour."""

_MOST_COLUMNS_OF_A_VALUE = 160


def plan(report: Report, page: Page, *, mask: Mask, verbose: bool = False) -> Iterator[str]:
    """Everything that would be done, release by release: findings, evidence, changes, questions, notices.

    `verbose` adds the choices of answered questions, and shows long values in full.
    """
    report = mask.conceal(report)
    for number, file in enumerate(report.files):
        yield "\n" * (number > 0) + "".join(f"{line}\n" for line in _planned(file, page, verbose))


def outcome(report: Report, page: Page, *, mask: Mask) -> str:
    """The outcome of `migrate`: what was written, where the old file is, how to undo it, and the notices."""
    report = mask.conceal(report)
    parts = ["\n".join(_result(file, page)) for file in report.files]
    return "\n".join(part for part in parts) + "\n" if parts else ""


def verified(report: Report, page: Page, *, mask: Mask) -> Iterator[str]:
    """The findings of the rules of the target version, release by release, errors first, each with its remedy.

    A release with an open decision cannot be judged, and is left out.
    """
    report = mask.conceal(report)
    for file in report.files:
        if file.status == "needs-decision":
            continue
        wrong = sum(finding.severity == "error" for finding in file.findings)
        doubtful = len(file.findings) - wrong
        verdict = f"{count(wrong, 'error')}, {count(doubtful, 'warning')}" if file.findings else "obeys every rule"
        target = f" ({file.chart} {file.version_to})" if file.chart else ""
        yield f"{page.plain(file.path)}: {verdict}{page.plain(target)}\n"
        yield from (f"{line}\n" for line in (*_rules(file, page), *_notices(file.notices, page)))


def _planned(file: FileReport, page: Page, verbose: bool) -> Iterator[str]:
    yield page.styled(page.plain(file.path), "bold") + f": {page.styled(file.status, STYLES[file.status])}"
    if file.error:
        yield from page.wrapped(error_without_path(file), indent=2, style="red")
    yield from _findings(file, page)
    stops = [notice for notice in file.notices if notice.is_stop]
    yield from _notices(stops, page, "Route")
    if file.evidence:
        yield from _section("Evidence", page)
        for text in file.evidence:
            yield from page.wrapped(text, indent=2, lead="- ")
    titles = dict(file.migrations)
    with_changes = [change.migration for change in file.changes]
    for name in dict.fromkeys([*titles, *with_changes]):
        yield from _section(f"Migration {name}", page)
        if titles.get(name):
            yield from page.wrapped(titles[name], indent=2)
        yield from _changes([change for change in file.changes if change.migration == name], page, verbose)
    # Likely problems, above all values that cannot be read, can affect the answers: they are shown first.
    first = [notice for notice in file.notices if file.open_questions and notice.severity != "info"]
    yield from _notices(first, page, "Read first")
    yield from _questions(file, page, verbose)
    yield from _rules(file, page)
    yield from _notices([notice for notice in file.notices if notice not in (*first, *stops)], page)
    yield ""
    yield from page.wrapped(_next(file), style="bold")


def _findings(file: FileReport, page: Page) -> Iterator[str]:
    facts = [("chart", versions(file)), ("flavour", file.flavour), ("Prefect root", file.root)]
    if len(file.layers) > 1:
        facts += [("layer", layer.path) for layer in file.layers]
    for name, fact in facts:
        if fact:
            yield from page.wrapped(fact, indent=2, lead=f"{name}: ")


def _section(title: str, page: Page) -> list[str]:
    return ["", *page.wrapped(title, style="bold")]


def _changes(changes: Sequence[ChangeReport], page: Page, verbose: bool) -> Iterator[str]:
    """Consecutive changes with the same reason are listed together, with the reason once below them."""
    for step, of_step in groupby(changes, key=lambda change: change.step):
        yield ""
        yield from page.wrapped(step, indent=2, lead="Step ")
        for (why, effect), together in groupby(of_step, key=lambda change: (change.why, change.effect)):
            for change in together:
                yield from _change(change, page, verbose)
            yield from page.wrapped(why, indent=4, lead="why: ")
            yield from page.wrapped(EFFECTS[effect], indent=4, lead="effect: ")


def _change(change: ChangeReport, page: Page, verbose: bool) -> Iterator[str]:
    sign, style = SIGNS[change.kind]
    yield from page.wrapped(f"{change.place} {change.path}", indent=2, lead=f"{sign} ", style=style)
    before, after = (_shortened(one_line(value), verbose) for value in (change.before, change.after))
    text = {"add": f"(none) -> {after}", "remove": f"{before} -> (removed)"}.get(change.kind, f"{before} -> {after}")
    yield from page.wrapped(text, indent=6)


def _shortened(text: str, verbose: bool) -> str:
    if verbose or len(text) <= _MOST_COLUMNS_OF_A_VALUE:
        return text
    return f"{text[:_MOST_COLUMNS_OF_A_VALUE]}... (--verbose shows all of it)"


def _questions(file: FileReport, page: Page, verbose: bool) -> Iterator[str]:
    decided = [question for question in file.questions if not question.is_open]
    if file.open_questions:
        yield from _section("To decide", page)
    for question in file.open_questions:
        yield from page.wrapped(question.text, indent=2, lead="? ", style="yellow")
        if question.places:
            yield from page.wrapped(joined_places(question.places), indent=4, lead="see ")
        if question.stale:
            yield from page.wrapped(unused_answer(question), indent=4, style="yellow")
        yield from page.wrapped(question.flag, indent=4, lead="answer with ")
        yield from _choices(question, page)
        if question.suggestion is not None:
            yield from page.wrapped(question.suggestion, indent=4, lead="suggested: ")
    if decided:
        yield from _section("Decided", page)
    for question in decided:
        how = "as answered" if question.answered else "the safe default"
        yield from page.wrapped(f"{question.id} = {question.answer} ({how}; {question.flag})", indent=2, lead="- ")
        chosen = [(value, leads_to) for value, leads_to in question.choices if value == question.answer]
        for _, leads_to in chosen:
            yield from page.wrapped(leads_to, indent=4)
        if verbose:
            yield from page.wrapped(question.text, indent=4)
            yield from _choices(question, page)


def _choices(question: QuestionReport, page: Page) -> Iterator[str]:
    for value, leads_to in question.choices:
        default = " (default)" if value == question.default else ""
        yield from page.wrapped(f"{value}{default}: {leads_to}", indent=4, lead="- ")


def _rules(file: FileReport, page: Page) -> Iterator[str]:
    if file.findings:
        yield from _section("Rules of the target version", page)
    for each, remedy in with_remedies(file.findings):
        where = f"{each.place} " if each.place else ""
        style: Style = "red" if each.severity == "error" else "yellow"
        text = f"{where}{each.rule}: {each.text}"
        yield from page.wrapped(text, indent=2, lead=f"{each.severity}: ", style=style)
        if remedy:
            yield from page.wrapped(remedy, indent=4)
            # A command is never wrapped: it is there to be copied.
            yield from (f"      {page.plain(command)}" for command in each.commands)


def _notices(notices: Sequence[NoticeReport], page: Page, title: str = "Notices") -> Iterator[str]:
    """Warnings first: likely problems must not be buried among mere information."""
    if notices:
        yield from _section(title, page)
    styles: dict[str, Style] = {"error": "red", "warning": "yellow"}
    for notice in sorted(notices, key=lambda each: each.rank):
        where = f"{notice.place}: " if notice.place else ""
        lead = "- " if notice.severity == "info" else f"{notice.severity}: "
        style = styles.get(notice.severity)
        yield from page.wrapped(f"{where}{notice.text}", indent=2, lead=lead, style=style)


def _next(file: FileReport) -> str:
    """The next step, in one sentence."""
    missing = flags_of(file.questions)
    if file.status == "needs-decision" and missing:
        return f"{count(len(missing), 'decision')} missing: {', '.join(missing)}."
    if file.status == "pending":
        what = f"{count(len(file.changes), 'change')}, nothing" if file.changes else "Nothing"
        return f"{what} to decide: run migrate."
    if file.status == "current" and file.findings:
        return "Nothing to migrate, but the target version does not run like this: fix the errors above."
    return {
        "current": "Nothing to do.",
        "unrelated": "No values of these charts: nothing to do.",
        "out-of-scope": "Out of scope: not edited.",
        "skipped": "Left out.",
        "refused": "Refused; nothing was written.",
        "failed": "Failed.",
        "migrated": "Migrated.",
    }.get(file.status, "Some decisions are still open.")


def _result(file: FileReport, page: Page) -> Iterator[str]:
    yield headline(file, page) + (f": {count(len(file.changes), 'change')}" if file.changes else "")
    if file.output and file.status == "migrated":
        where = "standard output" if file.output == "-" else file.output
        yield from page.wrapped(where, indent=2, lead="written to ")
    elif file.status == "migrated":
        for path in file.written:
            yield from page.wrapped(path, indent=2, lead="written: ")
        for path in file.backups:
            yield from page.wrapped(path, indent=2, lead="backup: ")
        if file.written and not file.backups:
            yield from page.wrapped("no backup was made: undo has nothing to restore", indent=2)
    yield from _rules(file, page)
    yield from _notices(file.notices, page)
