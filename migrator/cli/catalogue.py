"""The commands that need no file: list, explain, example, schema."""

from __future__ import annotations

from migrator.charts import versions
from migrator.charts.versions import CHARTS
from migrator.cli.settings import Settings
from migrator.errors import UsageError, did_you_mean
from migrator.migration import BY_SHAPE
from migrator.planning import catalog

SCHEMAS = ("project", "report", "answers")
"""The JSON Schemas that the package ships, by what they describe."""


def answer(settings: Settings) -> str:
    """What `list`, `explain ID`, `example [FLAVOUR]` or `schema NAME` prints."""
    if settings.command == "list":
        return _list()
    if settings.command == "explain":
        return _explain(settings.migration)
    if settings.command == "schema":
        return _schema(settings.schema)
    return _example(settings.flavour)


def _list() -> str:
    lines = []
    for known in catalog.load():
        lines.append(f"{known.id}: {known.migration.title}")
        for step in known.migration.steps:
            on = [
                f"{chart} {_shown(str(version))}"
                for chart in CHARTS
                if (version := catalog.version_of(known, step, chart)) is not None
            ]
            lines.append(f"    {step.id:<18} {step.title} ({', '.join(on)})")
    return "\n".join(lines) + "\n"


def _shown(version: str) -> str:
    return "by shape" if version == BY_SHAPE else version


def _explain(wanted: str) -> str:
    loaded = catalog.load()
    found = [each for each in loaded if each.id == wanted] or [each for each in loaded if _brings(each, wanted)]
    if not found:
        ids = ", ".join(each.id for each in loaded)
        meant = did_you_mean(wanted, [each.id for each in loaded])
        raise UsageError(
            f"there is no migration {wanted!r}{meant}.", remedy=f"They are {ids}; or name a chart's version."
        )
    return "\n".join(_explained(each) for each in found)


def _brings(known: catalog.Known, text: str) -> bool:
    """Whether that version of one of the charts, its flavour aside, brought the migration."""
    try:
        version = versions.parse(text).release
    except UsageError:
        return False
    on_charts = (catalog.version_of(known, step, chart) for step in known.migration.steps for chart in CHARTS)
    return version in on_charts


def _explained(each: catalog.Known) -> str:
    versions_of = ", ".join(f"{chart} {_shown(version)}" for chart, version in each.migration.versions.items())
    steps = "\n".join(f"  {step.id}: {step.title}" for step in each.migration.steps)
    questions = "\n".join(f"  {name}" for name in each.migration.questions)
    asks = f"\nQuestions it may ask:\n{questions}\n" if questions else ""
    return f"{each.id} ({versions_of})\n\n{each.text}\n\nSteps:\n{steps}\n{asks}"


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
    return files("migrator").joinpath("schemas", f"{name}.json").read_text("utf-8")
