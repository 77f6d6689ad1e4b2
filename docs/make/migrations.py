"""A page for each migration, and one that lists them: docs/migrations/."""

from __future__ import annotations

import re

from docs.make.markdown import cell, marked, table
from migrator.charts.versions import CHARTS
from migrator.migration import BY_SHAPE, Step
from migrator.planning import catalog
from migrator.planning.catalog import KnownMigration

EFFECT = {
    "edit": "edits",
    "by answer": "reports, and edits only by an answer that is not asked for",
    "report": "reports, and changes nothing",
}


def pages() -> dict[str, str]:
    """The pages by their path below docs/."""
    loaded = catalog.load()
    return {"migrations/index.md": _index(loaded), **{f"migrations/{each.id}.md": _page(each) for each in loaded}}


def _index(loaded: tuple[KnownMigration, ...]) -> str:
    rows = [
        [
            f"[{known.migration.title}]({known.id}.md)",
            *(_version(known, step, chart) for chart in CHARTS),
            marked(step.title),
        ]
        for known in loaded
        for step in known.migration.steps
    ]
    return f"""# Migrations

What each chart version needs in a values file, step by step, in the order of execution. `infrahub-migrator list` prints
this table, `list --from A --to B` the part for a jump, and `explain ID` the page of one migration. What applies is
decided by a file's shape, up to the version of `--to`: "by shape" means that no published release is known to have
brought the change.

{table(["migration", *CHARTS, "step"], rows)}"""


def _page(known: KnownMigration) -> str:
    migration = known.migration
    text, _, sources = known.text.partition("\nSources:\n")
    first, _, rest = text.strip().partition("\n\n")
    parts = [f"# {known.id}: {migration.title}", marked(first)]
    parts += [marked(rest.strip())] if rest.strip() else []
    parts.append("## Steps")
    parts.append(
        table(
            ["step", *CHARTS, "what", ""],
            [
                [
                    f"`{step.id}`",
                    *(_version(known, step, chart) for chart in CHARTS),
                    marked(step.title),
                    EFFECT[step.kind],
                ]
                for step in migration.steps
            ],
        ).rstrip()
    )
    if migration.questions:
        parts.append("## Questions")
        parts.append("\n".join(f"- [{name}](../questions.md#{name})" for name in migration.questions))
    rules = [rule for step in migration.steps for rule in step.rules]
    if rules:
        parts.append("## Rules it reports")
        parts.append("\n".join(f"- [{name}](../rules.md#{name})" for name in rules))
    parts.append("## Sources")
    parts.append("\n".join(f"- <{address}>" for address in re.findall(r"https://\S+", sources or known.text)))
    return "\n\n".join(parts) + "\n"


def _version(known: KnownMigration, step: Step, chart: str) -> str:
    version = catalog.version_of(known, step, chart)
    return "" if version is None else cell("by shape" if str(version) == BY_SHAPE else str(version))
