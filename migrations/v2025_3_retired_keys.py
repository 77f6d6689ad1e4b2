"""Older files still carry keys that today's charts refuse, ignore or have renamed.

Since 2025.3.7033449 prefect-server accepts logging levels in upper case only, and refuses the whole release otherwise.
infrahub reads the list `envFromExistingSecrets` instead of `envFromExistingSecret`, and refuses a release that sets
both. Keys that nothing reads any more are reported and left alone: a key that had no effect is never revived.

Sources:
https://github.com/PrefectHQ/prefect-helm/blob/2026.6.5172345/charts/prefect-server/values.schema.json
https://github.com/PrefectHQ/prefect-helm/blob/2026.6.5172345/charts/prefect-server/UPGRADING.md
https://github.com/opsmill/infrahub-helm/blob/stable/charts/infrahub/templates/infrahub-server.yaml
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import infrahub, retired
from migrator.migration import BY_SHAPE, Ask, Migration, Outcome, Step
from migrator.values.changes import Change, Location, Notice, ShapeError
from migrator.values.edits import FIRST, InsertItem, RenameKey, Route, SetValue
from migrator.values.merge import as_text
from migrator.values.part import Part, prefect_part
from migrator.values.release import Release

WHY_LEVEL = "the chart accepts levels in upper case only, and refuses the release otherwise"
WHY_LIST = "the chart replaced this key with a list; the pods get the same Secrets"
WHY_BOTH = "the chart refuses a release that sets both keys; this Secret stays first in the list"

OLD, NEW = "envFromExistingSecret", "envFromExistingSecrets"


def logging_level(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Write a logging level from the schema in upper case, in each layer that has it in lower case."""
    part = prefect_part(release)
    for path in retired.LEVELS:
        for number in part.owners(path):
            level = retired.intended_level(part.in_layer(number, path))
            if level:
                yield part.set(path, level, WHY_LEVEL, "required", layer=number)


def env_secrets(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Move the Secret of the old key to the list that replaced it."""
    part = infrahub.part_of(release)
    for place in (infrahub.SERVER, infrahub.WORKER) if part is not None else ():
        assert part is not None
        yield from _moved(part, (*place, OLD), (*place, NEW))


def _moved(part: Part, old: Route, new: Route) -> Iterator[Change]:
    name, listed = as_text(part.get(old)), part.get(new)
    if not name:
        return
    if part.owners(new):
        owner = part.owners(new)[-1]
        if not listed:
            yield part.set(new, [name], WHY_LIST, "none", layer=owner)
        elif not isinstance(listed, list):
            raise ShapeError(
                f"{part.show(new)} is not a list, so {name} from {part.show(old)} cannot be added to it.",
                Location(owner, part.root + new),
                path=part.release.layers[owner].name,
                remedy="Make it a list of Secret names first.",
            )
        elif name not in listed:
            edit = InsertItem(part.root + new, name, FIRST)
            yield Change(owner, edit, part.show(new), None, name, WHY_BOTH, "required")
        for number in part.owners(old):
            yield part.remove(old, WHY_BOTH if listed else WHY_LIST, "required" if listed else "none", layer=number)
        return
    for number in part.owners(old):
        own = part.in_layer(number, old)
        if isinstance(own, str) and own:
            route = part.root + old
            yield Change(number, SetValue(route, [own]), part.show(old), own, [own], WHY_LIST, "none")
            yield Change(number, RenameKey(route, NEW), part.show(old), OLD, NEW, WHY_LIST, "none")


def keys_that_nothing_reads(release: Release, ask: Ask) -> Iterator[Notice]:
    """Keys that nothing is known to read; rules report those that certainly have no effect or are refused."""
    part, path = infrahub.part_of(release), ("emma", "streamlitBasePath")
    if part is not None and part.own(path):
        own = part.show(("emma", "env", "STREAMLIT_SERVER_BASE_URL_PATH"))
        text = f"{part.show(path)}: no known chart reads it; Emma's path is set by {own} (not verified)."
        yield part.notice(path, text)


MIGRATION = Migration(
    title="retired keys",
    versions={"infrahub-enterprise": BY_SHAPE, "infrahub": BY_SHAPE, "prefect-server": "2025.3.7033449"},
    steps=(
        Step("logging-level", "write logging levels in capitals", logging_level),
        Step(
            "env-secrets",
            "move Secrets to envFromExistingSecrets",
            env_secrets,
            {"infrahub-enterprise": "4.13.0", "infrahub": "4.27.0", "prefect-server": ""},
            "infrahub",
        ),
        Step(
            "keys",
            "report keys that nothing reads",
            keys_that_nothing_reads,
            part="infrahub",
            kind="report",
            rules=("key-refused", "key-unread"),
        ),
    ),
)
