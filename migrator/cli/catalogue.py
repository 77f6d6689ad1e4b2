"""The commands that do not need a file: list, explain, example, schema."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from packaging.version import Version

from migrator import __version__
from migrator.charts import published, versions
from migrator.charts.versions import CHARTS
from migrator.cli.plugin import program_name
from migrator.cli.printing import page_for
from migrator.cli.settings import Settings
from migrator.errors import UsageError, did_you_mean
from migrator.migration import BY_SHAPE, Step
from migrator.planning import catalog, route
from migrator.report import pages, streams

SCHEMAS = ("project", "report", "answers", "migrations")
"""The JSON Schemas that the package ships, by what they describe."""


def render(settings: Settings) -> str:
    """What `list`, `explain ID`, `example [FLAVOUR]`, `schema NAME` or `plan --route` without a file prints."""
    if settings.command == "list":
        return _list(settings)
    if settings.command == "plan":
        return _route(settings)
    if settings.command == "explain":
        return _explain(settings)
    if settings.command == "schema":
        return _schema(settings.schema)
    return _example(settings.flavour)


class _Row(NamedTuple):
    """One step in the table of `list`: its versions in the order of CHARTS, what it does, and the migration's id."""

    versions: tuple[str, ...]
    what: str
    kind: str
    id: str


_HEAD = _Row(CHARTS, "what", "kind", "explain")
_LEGEND = "(by shape: whatever the version; -: not for that chart; explain ID says why.)"
_NO_BREAK = "\u00a0"


def _list(settings: Settings) -> str:
    """All steps as a table, or those that a jump between two versions meets."""
    chart, start, to = _jump(settings)
    steps = [(known, step) for known in catalog.load() for step in known.migration.steps]
    if to is not None:
        steps = [(known, step) for known, step in steps if _is_met(known, step, chart, start, to)]
    if settings.format == "json":
        ids = list(dict.fromkeys(known.id for known, _ in steps))
        return _json(
            "list", [known for known in catalog.load() if known.id in ids], steps, _about_jump(chart, start, to)
        )
    rows = [_row(known, step) for known, step in steps]
    lines = _wide(rows)
    width = streams.width()
    if sys.stdout.isatty() and max(map(len, lines)) > width:
        lines = _narrow(rows, width)
    legend = [f"\n{_LEGEND}"] if rows else []
    return "\n".join([*lines, *legend, *(f"\n{text}" for text in _about_jump(chart, start, to))]) + "\n"


def _wide(rows: Sequence[_Row]) -> list[str]:
    """One line per step."""
    every = [_HEAD, *rows]
    widths = [max(len(row.versions[number]) for row in every) for number in range(len(CHARTS))]
    what, kind = max(len(row.what) for row in every), max(len(row.kind) for row in every)
    return [f"{_cells(row.versions, widths)}  {row.what:{what}}  {row.kind:{kind}}  {row.id}".rstrip() for row in every]


def _narrow(rows: Sequence[_Row], width: int) -> list[str]:
    """Each migration with its steps below it, for a terminal too narrow for the table."""
    heads = tuple(chart.removeprefix("infrahub-") for chart in CHARTS)
    widths = [max(len(each[number]) for each in (heads, *(row.versions for row in rows))) for number in range(3)]
    lines, margin = [f"{_cells(heads, widths)}  {_HEAD.what}"], " " * (sum(widths) + 2 * len(widths))
    migration = ""
    for row in rows:
        if row.id != migration:
            lines += ["", row.id]
            migration = row.id
        kind = row.kind.replace(" ", _NO_BREAK)
        wrapped = textwrap.wrap(f"{row.what} ({kind})", max(width - len(margin), 20))
        lines += [f"{_cells(row.versions, widths)}  {wrapped[0]}", *(margin + line for line in wrapped[1:])]
    return [line.replace(_NO_BREAK, " ") for line in lines]


def _cells(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(texts, widths))


def _jump(settings: Settings) -> tuple[str, Version | None, Version | None]:
    """The chart, current version and target on the command line; `published.goes_to` gives the default target."""
    named = settings.version_from or settings.version_to
    if not named:
        return settings.chart, None, None
    chart = settings.chart or ("prefect-server" if versions.parse(named).release > Version("2000") else CHARTS[0])
    start = versions.parse(settings.version_from).release if settings.version_from else None
    to = versions.parse(settings.version_to).release if settings.version_to else published.default_target(chart, start)
    if start is not None and to < start:
        raise UsageError(f"--to {settings.version_to} is below --from {settings.version_from}.")
    return chart, start, to


def _route(settings: Settings) -> str:
    """The supported stops between two versions, without a file to plan."""
    chart, start, to = _jump(settings)
    assert to is not None, "a route needs a version"
    to_text = settings.version_to or str(to)
    notices = [notice.text for notice in route.notices(chart, start, to, to_text)]
    page = page_for(settings, sys.stdout)
    lines = [line for text in notices for line in page.wrapped(text, lead="- ")]
    words = f"--chart {chart} --from {settings.version_from} --to {to_text}"
    beyond = ["", f"For what the values need on this route: {program_name()} list {words}"]
    return "\n".join([f"{chart}: from {settings.version_from} to {to_text}", *lines, *beyond]) + "\n"


def _is_met(known: catalog.KnownMigration, step: Step, chart: str, start: Version | None, to: Version) -> bool:
    """Whether a jump meets the step; a step that depends on the shape of a file is met on every jump."""
    version = catalog.version_of(known, step, chart)
    if version is None or version > to:
        return False
    return start is None or version > start or str(version) == BY_SHAPE


def _about_jump(chart: str, start: Version | None, to: Version | None) -> list[str]:
    if to is None:
        return []
    warnings = [f"{chart} {step.versions[chart]}: {step.what}." for step in published.one_way_steps(chart, start, to)]
    if route.skips_minors(chart, start, to):
        warnings.append(f"That is more than one minor version of Infrahub: {route.ADVICE}")
    return warnings


def _row(known: catalog.KnownMigration, step: Step) -> _Row:
    found = [catalog.version_of(known, step, chart) for chart in CHARTS]
    shown = tuple("-" if version is None else _shown(str(version)) for version in found)
    return _Row(shown, step.title, _kind(known, step), known.id)


def _kind(known: catalog.KnownMigration, step: Step) -> str:
    if step.kind != "edit":
        return step.kind if step.kind == "report" else "report, edits by answer"
    return "edit, may ask" if known.migration.questions else "edit"


def _shown(version: str) -> str:
    return "by shape" if version == BY_SHAPE else version


def _json(
    command: str,
    listed: Sequence[catalog.KnownMigration],
    steps: Sequence[tuple[catalog.KnownMigration, Step]],
    notices: list[str],
) -> str:
    import json

    def versions_of(known: catalog.KnownMigration, step: Step) -> dict[str, str]:
        found = {chart: catalog.version_of(known, step, chart) for chart in CHARTS}
        return {chart: _shown(str(version)) for chart, version in found.items() if version is not None}

    entries = [
        {
            "id": known.id,
            "title": known.migration.title,
            "text": known.text,
            "questions": list(known.migration.questions),
            "steps": [
                {"id": step.id, "title": step.title, "kind": _kind(known, step), "versions": versions_of(known, step)}
                for of, step in steps
                if of.id == known.id
            ],
        }
        for known in listed
    ]
    whole = {"schema": 1, "tool": "infrahub-migrator", "version": __version__, "command": command, "exit_code": 0}
    return json.dumps({**whole, "migrations": entries, "notices": notices}, indent=2, ensure_ascii=False) + "\n"


def _explain(settings: Settings) -> str:
    wanted, loaded = _id_in(settings.migration), catalog.load()
    found = [each for each in loaded if each.id == wanted] or [each for each in loaded if _introduces(each, wanted)]
    if not found:
        return _explain_other(wanted, settings, [each.id for each in loaded])
    if settings.format == "json":
        return _json("explain", found, [(each, step) for each in found for step in each.migration.steps], [])
    return "\n".join(_explained(each) for each in found)


def _id_in(text: str) -> str:
    """The id in the forms that SARIF and annotations print: rule/ID, decide/ID and MIGRATION/STEP."""
    kind, _, name = text.partition("/")
    return name if name and kind in ("rule", "decide") else kind


def _explain_other(wanted: str, settings: Settings, migrations: Sequence[str]) -> str:
    """The explanation of a rule or question by its id, or of the update of the chart version."""
    from migrator.cli import explaining

    # What a rule reports and what a question decides can have one name.
    found = (explaining.of_rule(wanted), explaining.of_question(wanted), explaining.of_version(wanted))
    text = "\n".join(filter(None, found))
    if not text:
        meant = did_you_mean(wanted, [*migrations, *explaining.rules(), *catalog.questions()])
        raise UsageError(
            f"there is no migration, rule or question {wanted!r}{meant}.",
            remedy=f"The migrations are {', '.join(migrations)}; a chart version works as well.",
        )
    if settings.format == "json":
        raise UsageError(f"--format json is only for migrations, and {wanted} is not one.")
    return text


def _introduces(known: catalog.KnownMigration, text: str) -> bool:
    """Whether that version of one of the charts, flavour ignored, introduced the migration."""
    try:
        version = versions.parse(text).release
    except UsageError:
        return False
    on_charts = (catalog.version_of(known, step, chart) for step in known.migration.steps for chart in CHARTS)
    return version in on_charts


def _explained(each: catalog.KnownMigration) -> str:
    versions_of = ", ".join(f"{chart} {_shown(version)}" for chart, version in each.migration.versions.items())
    steps = "\n".join(f"  {step.id}: {step.title}" for step in each.migration.steps)
    questions = "\n".join(f"  {name}" for name in each.migration.questions)
    asks = f"\nQuestions it may ask:\n{questions}\n" if questions else ""
    more = f"\nMore: {pages.of_migration(each.id)}\n"
    return f"{each.id} ({versions_of})\n\n{each.text}\n\nSteps:\n{steps}\n{asks}{more}"


def _example(flavour: str) -> str:
    from migrator.charts.example import EXAMPLE_FLAVOURS, values

    if flavour not in EXAMPLE_FLAVOURS:
        raise UsageError(
            f"there is no example of {flavour!r}{did_you_mean(flavour, EXAMPLE_FLAVOURS)}.",
            remedy=f"The flavours are {', '.join(EXAMPLE_FLAVOURS)}.",
        )
    assert flavour in versions.FLAVOURS
    return values(flavour)


def _schema(name: str) -> str:
    from importlib.resources import files

    if name not in SCHEMAS:
        meant = did_you_mean(name, SCHEMAS)
        raise UsageError(f"there is no schema {name!r}{meant}.", remedy=f"They are {', '.join(SCHEMAS)}.")
    return files("migrator").joinpath(f"report/schemas/{name}.json").read_text("utf-8")
