"""The first half of a run: read, find out, plan, ask. It does not change any text.

`apply` turns the plan into bytes and verifies them, `summary` reports the outcome, and `migrate` writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from migrator.errors import InputError, RefusedError
from migrator.planning import catalog, chart_bump, discover, upgrade_notices
from migrator.planning.answers import Asking
from migrator.planning.plan import Plan
from migrator.planning.request import Request
from migrator.planning.upgrade import Upgrade
from migrator.prefect import shapes
from migrator.report.records import Status
from migrator.sources import Bundle, Source, sealed
from migrator.values import tree
from migrator.values.changes import Notice, ShapeError
from migrator.values.release import Layer, Release

if TYPE_CHECKING:
    from migrator.planning.local_chart import LocalChart, TwoCharts

__all__ = ["Case", "Request", "examine"]


class Case(NamedTuple):
    """A release during a run: what was read, what was found out, and the plan.

    `bump` is the chart version's move in the object around the values, if there is one.
    """

    bundle: Bundle
    detected: discover.Detected
    plan: Plan
    known: tuple[catalog.KnownMigration, ...]
    bump: chart_bump.Bump | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.bundle.layers

    @property
    def flavour(self) -> str:
        return self.detected.flavour or ""

    @property
    def status(self) -> Status:
        if self.plan.open_questions:
            return "needs-decision"
        return "pending" if self.plan.changes or self.bump is not None else "current"


def examine(bundle: Bundle, request: Request) -> Case:
    """Find out what the release is, and plan; nobody is asked and nothing is written.

    Raises InputError, RefusedError and UsageError, with file and line if it concerns something in a file.
    """
    try:
        return _examined(bundle, request)
    except ShapeError as error:
        error.line = error.line or bundle.layers[error.at.layer].line(error.at.route)
        raise


def _examined(bundle: Bundle, request: Request) -> Case:
    _refuse_empty_first(bundle)
    upgrade = _detect(bundle, request)
    shapes.refuse_invalid_charts(upgrade.layers, upgrade.detected.root)
    ask = request.asking()
    settled = _settle_flavour(upgrade, ask)
    if settled is None:  # the question is open, and everything else depends on it
        return _case(upgrade, _nothing(upgrade.release(""), ask))
    upgrade, plan = settled
    if plan is None:
        release = upgrade.release(upgrade.detected.flavour or "")
        if not _runs_prefect(release):
            upgrade = upgrade.with_notices([upgrade_notices.NO_PREFECT])
        plan = upgrade.plan(release, ask)
    _refuse_unclear(upgrade, plan)
    if plan.open_questions and not request.in_one_line:
        from migrator.planning import foresight  # most releases have no open question

        plan = foresight.without_fixed(upgrade, plan)
    return _bump(upgrade, plan._replace(notices=upgrade_notices.collect(upgrade, plan)))


def _refuse_empty_first(bundle: Bundle) -> None:
    """Raise InputError for values after an empty first document, which is the only one that Helm 3 reads."""
    for source in bundle.layers:
        first, *others = source.stream.documents
        full = next((each for each in others if each.data is not None), None)
        if first.data is None and full is not None and not source.route:
            raise InputError(
                f"starts with an empty document, which is the one Helm reads: the values from line {full.line(())} "
                "on are ignored.",
                path=source.name,
                line=1,
                remedy="Remove the empty document, with the --- that ends it.",
            )


def _detect(bundle: Bundle, request: Request) -> Upgrade:
    """What the release is and its target, from the command line, else the object around it, else the chart."""
    known = catalog.load()
    layers = tuple(_layer(source) for source in bundle.layers)
    own = _local_chart(request.chart_path, request.old_chart_path)
    options = chart_bump.settle_options(bundle, request.options)
    options = own.settle_options(options) if own is not None else options
    found = discover.detect(layers, options, known)
    seen = request.surroundings.redis_state
    looked_at = () if seen is None else (seen.summary(),)
    found = found._replace(evidence=(*chart_bump.evidence(bundle, request.options), *found.evidence, *looked_at))
    unseen = tuple(each.label for each in bundle.unseen)
    surroundings = request.surroundings._replace(
        unseen=unseen,
        is_templated=bundle.is_templated,
        controller=bundle.controller,
        as_found=tuple(source.data for source in bundle.as_found),
        sealed=sealed.finder(bundle.layers, bundle.helmfile.secrets if bundle.helmfile is not None else ()),
    )
    return Upgrade(bundle, request, known, layers, options, found, surroundings, own)


def _layer(source: Source) -> Layer:
    """A layer as Helm reads it; one that is empty or has only comments stays so."""
    return Layer(source.name, source.data, "nothing" if source.data is None else source.accepts)


def _local_chart(path: str, old_path: str) -> LocalChart | TwoCharts | None:
    if not path:
        return None
    from migrator.planning import local_chart  # on demand: it imports archive support, which most runs do not need

    new = local_chart.read(path)
    return local_chart.TwoCharts(local_chart.read(old_path), new) if old_path else new


def _settle_flavour(upgrade: Upgrade, ask: Asking) -> tuple[Upgrade, Plan | None] | None:
    """The upgrade with its flavour, or with the plan that is the same for all; None while that question is open."""
    found = upgrade.detected
    if upgrade.local_chart is not None or found.flavour is not None or found.chart != "infrahub-enterprise":
        return upgrade, None
    if not _runs_prefect(upgrade.release("")):
        return upgrade, None
    from migrator.planning import open_flavour  # on demand: most files name theirs

    return open_flavour.settle(upgrade, ask)


def _runs_prefect(release: Release) -> bool:
    return release.prefect.get("enabled") is not False


def _refuse_unclear(upgrade: Upgrade, plan: Plan) -> None:
    """Raise RefusedError for changes that cannot be made where they are needed."""
    bundle = upgrade.bundle
    _refuse_duplicates(bundle.layers, upgrade.detected, plan)
    if bundle.typed:
        from migrator.sources import typed  # on demand: most releases have values in files only

        typed.refuse_change(bundle, plan.changes)


def _refuse_duplicates(sources: tuple[Source, ...], found: discover.Detected, plan: Plan) -> None:
    """Refuse a duplicate key on the path to a change: readers cannot tell which of the two is meant."""
    for number, source in enumerate(sources):
        routes = [found.root, *(change.edit.route for change in plan.changes if change.layer == number)]
        for duplicate in source.duplicates():
            duplicate_route = duplicate.route
            if any(route[: len(duplicate_route)] == duplicate_route for route in routes):
                lines = " and ".join(map(str, duplicate.lines))
                what = tree.show(duplicate_route) if duplicate_route else "a key around the values"
                raise RefusedError(
                    f"{what} is on lines {lines}: Helm reads only the last one and all below it.",
                    path=source.name,
                    line=duplicate.lines[-1],
                    remedy="Keep one of them.",
                )


def _bump(upgrade: Upgrade, plan: Plan) -> Case:
    """The case with the chart's version, which moves with the values."""
    bundle, found, request = upgrade.bundle, upgrade.detected, upgrade.request
    # A target from the command line applies even if no value has to change.
    changes = bool(plan.changes) or bundle.is_altered
    moves = changes or bool(request.options.version_to)
    if changes and request.bump:
        chart_bump.refuse_left_behind(bundle, found)
    bump, notices = chart_bump.bump(bundle, found, plan.result, moves=moves, wanted=request.bump)
    return _case(upgrade, plan._replace(notices=(*plan.notices, *notices)), bump)


def _case(upgrade: Upgrade, plan: Plan, bump: chart_bump.Bump | None = None) -> Case:
    return Case(upgrade.bundle, upgrade.detected, plan, upgrade.known, bump)


def _nothing(release: Release, ask: Asking, *notices: Notice) -> Plan:
    return Plan(release, release, (), tuple(ask.asked.values()), notices)
