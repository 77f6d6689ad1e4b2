"""Which preset a release has if neither a version nor the file names it: whether that matters, and the question."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.charts import presets, versions
from migrator.migration import Ask, Choice, Question
from migrator.prefect import deployment, env
from migrator.prefect.names import DOCKET, REDIS_HOST, SEPARATE
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Route
from migrator.values.release import Release


def matter(release: Release) -> bool:
    """Whether the flavour decides anything that the layers leave open."""
    if not release.owners(SEPARATE):
        return True
    redis: list[Route] = [("backgroundServices", "messaging", "redis", key) for key in ("host", "db")]
    left_open = any(not release.owners(path) for path in (env.SERVER, env.BACKGROUND, *redis))
    return left_open and deployment.is_separate(release)


def validation_notices(release: Release) -> Iterator[Notice]:
    """Unused values that a flavoured chart would refuse, where it is unknown whether this chart is flavoured."""
    paths = [(*DOCKET, "url"), REDIS_HOST]
    left_open = [tree.show(release.root + path) for path in paths if not release.owners(path)]
    if left_open and deployment.target_has_docket(release):
        yield Notice(
            "The values do not say which flavour of the chart is installed. A flavoured chart (such as "
            f"X.Y.Z-medium) refuses its preset's example in {' and '.join(left_open)}, even if nothing uses it: if "
            "yours is one, give --from VERSION-FLAVOUR."
        )


def that_differ(release: Release) -> list[str]:
    """One flavour of each kind; flavours of a kind differ only in what the layers override.

    The plain chart ("") comes first, then presets that are not known here, which mostly show that it matters.
    """
    kinds: list[object] = []
    found = []
    for flavour in ("", *sorted(versions.FLAVOURS, key=presets.knows_preset)):
        tuned = presets.tuning(flavour)
        left_open = {path: value for path, value in tuned.items() if not release.owners(path)} if tuned else flavour
        if left_open not in kinds:
            kinds.append(left_open)
            found.append(flavour)
    return found


def ask_for(ask: Ask, release: Release) -> str | None:
    """Ask which preset the chart version has built in; "none" for the plain chart. Each choice says what it decides."""
    choices = [Choice("none", f"the plain chart, X.Y.Z: {_decided(release, '')}")]
    choices += [Choice(name, f"X.Y.Z-{name}: {_decided(release, name)}") for name in versions.FLAVOURS]
    answer = ask(
        Question(
            id="flavour",
            text="Which flavour of the enterprise chart is installed? It decides values that the file leaves out. "
            "`helm list` shows the version, followed by the flavour.",
            flag="--from VERSION[-FLAVOUR] or --answer flavour=NAME",
            choices=tuple(choices),
        )
    )
    return "" if answer == "none" else answer


def _decided(release: Release, flavour: str) -> str:
    """What that flavour decides of what the file leaves out, as text; for an env list, only that it is the preset's."""
    if not presets.knows_preset(flavour):
        return "its preset is not known"
    tuned = presets.tuning(flavour)
    if tuned is None:
        return "one replica each, and the background services run inside the API process"
    words = [] if release.owners(SEPARATE) else ["separate background services"]
    words += [
        f"the preset's {tree.show(path)}" if path[-1] == "env" else f"{tree.show(path)} {value}"
        for path, value in tuned.items()
        if not release.owners(path)
    ]
    return ", ".join(words) or "the same as in every preset"
