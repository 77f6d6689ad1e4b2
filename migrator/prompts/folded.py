"""Several releases shown together: what some have in common is shown once, with their names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from migrator.prompts import review
from migrator.prompts.decisions import Decided
from migrator.prompts.review import OverviewLine
from migrator.prompts.screen import Screen
from migrator.report.page import versions
from migrator.report.records import FileReport, Finding, NoticeReport

_NAMED = 4  # how many releases are named in a remark on some of them
_LISTED = 12  # and in a list of releases

Kind = TypeVar("Kind", bound=Hashable)


def listed(names: Sequence[str], most: int = _LISTED) -> str:
    """The names as text; of many only the first ones, and the number of others."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} others"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def all_of(count: int) -> str:
    """`both` or `all 10`."""
    return "both" if count == 2 else f"all {count}"


def which_releases(names: Sequence[str], everyone: Sequence[str]) -> str:
    """Which of all releases are meant: `all 10`, `all but one.yaml`, or their names."""
    if len(names) == len(everyone):
        return all_of(len(everyone)) if len(everyone) > 1 else everyone[0]
    others = [name for name in everyone if name not in names]
    if len(names) > _NAMED and len(others) < _NAMED:
        return f"all but {listed(others)}"
    return listed(names, _NAMED)


def by_kind(pairs: Iterable[tuple[Kind, str]]) -> dict[Kind, list[str]]:
    """The names for each kind, each once, in their order."""
    found: dict[Kind, list[str]] = {}
    for kind, name in pairs:
        names = found.setdefault(kind, [])
        if name not in names:
            names.append(name)
    return found


def introduce(reports: Sequence[FileReport], current: Sequence[str], errors: Sequence[str], screen: Screen) -> None:
    """The overview: the releases to migrate with their versions, those with nothing to do, and the errors."""
    counts = [f"{len(reports)} to migrate"]
    counts += [f"{len(current)} current"] * bool(current)
    counts += [f"{len(errors)} with an error"] * bool(errors)
    together = f"{len(reports) + len(current) + len(errors)} releases"
    screen.heading(f"{together}: {', '.join(counts)}" if len(counts) > 1 else f"{together} to migrate")
    for way, names in by_kind((versions(each), each.path) for each in reports).items():
        screen.say(f"{way}: {listed(names)}", lead="- ")
    if current:
        screen.say(f"nothing to do: {listed(current)}", lead="- ")
    for text, names in by_kind((text, each.path) for each in reports for text in each.evidence).items():
        if len(names) == len(reports):  # evidence on only some is shown in the walk
            screen.say(text, lead="- ")
    for error in errors:
        screen.say(error, lead="error: ", style="red")
    everyone = [report.path for report in reports]
    migrations = by_kind((f"{name}: {title}", each.path) for each in reports for name, title in each.migrations)
    if migrations:
        screen.heading("Migrations")
    for text, names in migrations.items():
        screen.say(text if len(names) == len(everyone) else f"{text} ({which_releases(names, everyone)})", lead="- ")


def changes_in(decided: Sequence[Decided]) -> str:
    """How many changes there are, with those that releases share counted once: `12 changes`."""
    count = len({(change.file, change.id) for each in decided for change in each.report.changes})
    return f"{count} change{'s' * (count > 1)}"


def overview(decided: Sequence[Decided], screen: Screen) -> None:
    """What would change in all of them: each step once, and each of its lines once, with the releases it applies to."""
    reports = [each.report for each in decided]
    everyone = [report.path for report in reports]
    files = dict.fromkeys(change.file for report in reports for change in report.changes)
    where = f"{len(files)} files" if len(files) > 1 else next(iter(files))
    of_releases = f" of {len(decided)} releases" if len(decided) != len(files) else ""
    screen.heading(f"What would change: {changes_in(decided)} in {where}{of_releases}")
    roots = by_kind((report.root, report.path) for report in reports if report.root != ".")
    below = [root if len(roots) == 1 else f"{root} ({which_releases(its, everyone)})" for root, its in roots.items()]
    if below:
        screen.say(f"Below {listed(below)}:")
    for number, (title, lines) in enumerate(_steps(decided, screen), 1):
        whose = by_kind((name, name) for _, name, _ in lines)
        affected = list(whose)
        suffix = "" if len(affected) == len(everyone) else f": {which_releases(affected, everyone)}"
        screen.say(f"{title}{suffix}", lead=f"{number}. ")
        _lines(lines, affected, screen)
    screen.say(review.RESTARTS)


Line = tuple[tuple[str, str, str], str, str]
"""A line without its value (sign, path, mark), its release, and the value."""


def _steps(decided: Sequence[Decided], screen: Screen) -> Iterator[tuple[str, list[Line]]]:
    """The title of each step of any release, in the order of the steps, with the lines of all releases."""
    found: dict[tuple[int, int, str], list[Line]] = {}
    for case, result, report in decided:
        known = [each.id for each in case.known]
        for number in range(len(result.stages) - 1):
            place = (len(known), 0)  # changes outside the values come last
            if number < len(case.plan.steps):
                step = case.plan.steps[number]
                place = (known.index(step.known.id), step.known.migration.steps.index(step.step))
            lines = found.setdefault((*place, review.title(number, case)), [])
            overview = review.overview_lines(review.changes_of(number, case, report), f"{report.root}.", screen)
            lines += (((each.sign, each.path, each.mark), report.path, each.value) for each in overview)
    for (*_, title), lines in sorted(found.items(), key=lambda each: each[0][:2]):
        yield title, lines


def _lines(lines: Sequence[Line], everyone: Sequence[str], screen: Screen) -> None:
    kinds = by_kind((kind, name) for kind, name, _ in lines)
    names_before = list(everyone)  # the releases of the previous line
    for kind, names in sorted(kinds.items(), key=lambda each: len(each[1]) != len(everyone)):
        if names != names_before:
            screen.say(f"{which_releases(names, everyone)}:", indent=3)
            names_before = names
        sign, path, mark = kind
        values = by_kind((value, name) for each, name, value in lines if each == kind)
        if len(values) == 1:
            review.print_line(OverviewLine(sign, path, next(iter(values)), mark), screen, indent=3)
            continue
        review.print_line(OverviewLine(sign, f"{path}{mark}:", "", ""), screen, indent=3)
        for value, its in values.items():
            screen.say(value, indent=5, lead=f"{which_releases(its, everyone)}: ")


def notices(pairs: Iterable[tuple[str, NoticeReport]], screen: Screen, title: str = "Notices") -> None:
    """Notices, warnings first, each once: each pair is the name of a release and its notice."""
    found = by_kind(((each.severity, each.text, each.rank), each.place or name) for name, each in pairs)
    reports = [
        NoticeReport(severity, f"{listed(places, _NAMED)}: {text}", "", 0)
        for (severity, text, _), places in sorted(found.items(), key=lambda each: each[0][2])
    ]
    review.notices(reports, screen, title)


def findings(pairs: Iterable[tuple[str, Finding]], screen: Screen) -> None:
    """The findings on the results, each once."""
    found = by_kind((each._replace(file="", line=0), each.place or name) for name, each in pairs)
    review.findings([(each, listed(places, _NAMED)) for each, places in found.items()], screen)
