"""The machine-readable formats of `check`, with the help for each rule."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.planning import catalog, chart_bump
from migrator.report import pages
from migrator.report.mask import Mask
from migrator.report.records import Report
from migrator.report.sarif import Help
from migrator.rules import RULES

_STATUSES = {
    "refused": Help("A release cannot be checked", "Correct the file, or what was given with it, first."),
    "failed": Help("A migration went wrong", "Nothing was written. This is a bug in infrahub-migrator."),
    "unrelated": Help(
        "A file has nothing to do with these charts", "Name only values files, or give --skip-unrelated."
    ),
    "out-of-scope": Help("A file mentions these charts and is not edited", "The message says what to do instead."),
    "notice": Help("Something to know before the upgrade", "`infrahub-migrator plan FILE` says more."),
}


def pieces(report: Report, form: str, *, mask: Mask, seconds: float) -> Iterator[str]:
    """The report in one of these formats, in pieces that end with a line feed."""
    if form == "sarif":
        from migrator.report import sarif

        return sarif.pieces(report, mask=mask, help_of=_help_of)
    if form == "junit":
        from migrator.report import junit

        return junit.pieces(report, mask=mask, seconds=seconds)
    from migrator.report import github

    return github.commands(report, mask=mask)


def _help_of(rule: str) -> Help:
    if rule in _STATUSES:
        return _STATUSES[rule]
    kind, _, name = rule.partition("/")
    if kind == "decide":
        text = f"Answer it with its option, in an answers file or in the project file, as {name}."
        return Help(f"A decision is missing: {name}", text, pages.of_question(name))
    if kind == "rule":
        found = next((each for each in RULES if each.id == name), None)
        return Help(found.title, found.remedy, pages.of_rule(name)) if found is not None else Help(name, name)
    for known in catalog.load():
        for step in known.migration.steps:
            if (known.id, step.id) == (kind, name):
                text = f"{step.title}.\n\n{known.text}"
                return Help(f"{known.migration.title}: {step.title}", text, pages.of_migration(known.id))
    from migrator.cli import explaining  # most runs do not update a version

    return Help(chart_bump.TITLE, explaining.ABOUT_VERSION, pages.of_version())
