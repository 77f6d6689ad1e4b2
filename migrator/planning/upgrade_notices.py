"""What is reported about a release besides its changes: what was read, what it is, and its target."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.charts import roots, versions
from migrator.errors import some_of
from migrator.planning import catalog, discover
from migrator.planning import route as upgrade_route
from migrator.planning.plan import Plan
from migrator.planning.upgrade import Upgrade
from migrator.sources import Bundle
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.merge import as_map

_MOST_OF_A_KIND = 10  # notices; more than ten of a kind would add nothing

NO_PREFECT = Notice(
    "prefect-server.enabled is false: this release runs no Prefect, so nothing about Prefect applies to it."
)


def collect(upgrade: Upgrade, plan: Plan) -> tuple[Notice, ...]:
    """All notices about the release, including the plan's own."""
    bundle = upgrade.bundle
    return (
        *bundle.notices,
        *_about_other_preset(upgrade),
        *_about_unseen(bundle),
        *plan.notices,
        *_about_documents(bundle),
        *_about_computed(bundle),
        *_about_invisible_characters(bundle),
        *_about_target(upgrade.detected, upgrade.known),
        *_about_ahead(upgrade),
        *_about_jump(upgrade.detected),
        *_about_preset(upgrade.detected, plan),
        *_about_base(bundle, plan),
    )


def unread(bundle: Bundle) -> Iterator[Notice]:
    """Warnings of what else decides on the release: values that were not read, and changes after them."""
    yield from (notice for notice in bundle.notices if notice.severity == "warning")
    yield from _about_unseen(bundle)
    yield from _about_documents(bundle)


def _about_unseen(bundle: Bundle) -> Iterator[Notice]:
    if bundle.unseen:
        sources = ", ".join(each.label for each in bundle.unseen)
        yield Notice(
            f"Values from {sources} lie below these and cannot be seen from here. If they hold values of Prefect, name "
            "their file and this one together: -f FILE -f OBJECT.",
            "warning",
        )


def _about_documents(bundle: Bundle) -> Iterator[Notice]:
    for source in bundle.layers:
        if not source.route and any(roots.has_values(each.data) for each in source.stream.documents[1:]):
            yield Notice(
                f"{source.name} has several documents. Helm 3 reads only the first, and so does this program; Helm "
                "4 merges the others over it, so their Prefect values, which stay as they are, would win. Put all "
                "values into one document.",
                "warning",
            )


def _about_computed(bundle: Bundle) -> Iterator[Notice]:
    for source in bundle.layers:
        if "COMPUTED VALUES" in as_map(source.data):
            yield Notice(
                f"{source.name} has all computed values (helm get values --all): with helm upgrade it keeps the "
                "old chart's defaults for everything. Use helm get values without --all.",
                "warning",
            )


def _about_invisible_characters(bundle: Bundle) -> Iterator[Notice]:
    """Characters that reverse the text or have no width: a reviewer sees another value than the pod gets."""
    for number, source in enumerate(bundle.layers):
        if source.stream.text.isascii() and "\\" not in source.stream.text:
            continue  # no such character, and no escape that could make one
        from unicodedata import name

        from migrator.report.characters import invisible_in

        for route, characters in islice(invisible_in(source.data), _MOST_OF_A_KIND):
            named = " and ".join(f"U+{ord(each):04X} ({name(each, 'no name').lower()})" for each in characters[:3])
            yield Notice(
                f"{tree.show(route)} contains the invisible {named}, which can change how it is read: retype it, "
                "unless you mean it.",
                "warning",
                number,
                route,
            )


def _about_other_preset(upgrade: Upgrade) -> Iterator[Notice]:
    """A configPreset that differs from the flavour in the version: one of the two may be a mistake.

    A version that the object around the values states itself is not questioned.
    """
    found, given = upgrade.detected, upgrade.request.options
    values = [layer.data for layer in upgrade.layers]
    place, preset = next(iter(roots.presets(values, found.root).items()), ((), ""))
    if preset not in versions.FLAVOURS or not (given.version_from or given.version_to):
        return
    named = versions.parse(given.version_from or given.version_to)
    if named.flavour == preset or not (given.version_from or named.flavour) or found.chart != "infrahub-enterprise":
        return
    if discover.is_generation_a(upgrade.layers, found.root):
        return
    option, runs = ("from", f"{named.published}-{preset}") if given.version_from else ("to", f"VERSION-{preset}")
    chart = f"the chart of flavour {named.flavour}" if named.flavour else "the plain chart"
    route = (*place, "configPreset")
    yield Notice(
        f"configPreset says {preset}, but --{option} (or {option}: in the project file) says {named}, {chart}, "
        f"which is what is used. If {runs} is installed (helm list shows it), give --from {runs}. If the values of "
        f"{preset} were copied over {chart}, all is well.",
        "warning",
        max(number for number, data in enumerate(values) if tree.exists(data, route)),
        route,
    )


def _about_target(found: discover.Detected, known: tuple[catalog.KnownMigration, ...]) -> Iterator[Notice]:
    newest = catalog.newest(found.chart, known)
    if found.version_to > newest:
        is_far = found.version_to.release[:2] != newest.release[:2]
        yield Notice(
            f"Versions of {found.chart} above {newest} are not known here: the file is migrated to {newest}, not "
            f"to {found.text_to}.{' Look for a newer infrahub-migrator, or for a typo in --to.' if is_far else ''}",
            "warning" if is_far else "info",
        )


def _about_ahead(upgrade: Upgrade) -> Iterator[Notice]:
    """One of many releases may be ahead of the others; it is not downgraded."""
    if upgrade.options.passed_target:
        current, asked = upgrade.bundle.version.text, upgrade.options.passed_target
        yield Notice(
            f"The chart is at {current} already, past {asked}: it stays there, and the values are judged for it."
        )


def _about_jump(found: discover.Detected) -> Iterator[Notice]:
    if upgrade_route.skips_minors(found.chart, found.version_from, found.version_to):
        stops = upgrade_route.stops(found.chart, found.version_from, found.version_to, found.text_to)
        names = ", ".join(stop.version or f"Infrahub {stop.app}" for stop in stops)
        text = f"{found.text_to} is more than one minor version of Infrahub above {found.text_from}"
        yield Notice(f"{text}; only one at a time is supported. Stops: {names} (plan --route).", "warning")


def _about_preset(found: discover.Detected, plan: Plan) -> Iterator[Notice]:
    if not plan.start.after.preset_is_known:
        yield Notice(
            f"What the preset of {found.chart} {found.shown_to} sets for Infrahub and Neo4j is not known here, so "
            "nothing relies on it: give that chart with --chart-path."
        )


def _about_base(bundle: Bundle, plan: Plan) -> Iterator[Notice]:
    """A lower layer may be used by other releases that are not part of the run."""
    top = bundle.uppermost.name
    for number in sorted({change.layer for change in plan.changes}):
        name = bundle.layers[number].name
        others = dict(bundle.read_by).get(name, ())
        if others:
            yield Notice(
                f"{name} is also a layer of {some_of(others)}, and is migrated for all of them at once: name it "
                "to include them all."
            )
        elif name != top:
            yield Notice(
                f"{name} changes. If other releases use this file too, migrate each of them, with all of its own "
                "layers, in the same change."
            )
