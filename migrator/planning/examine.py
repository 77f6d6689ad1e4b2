"""The first half of the way through the house: read, find out, plan, ask. It touches no text.

`apply` takes the plan to bytes and proves them, `reporting` says what came of it, and `migrate` writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from migrator.charts import roots
from migrator.charts.presets import knows_preset
from migrator.charts.versions import FLAVOURS
from migrator.errors import InputError, RefusedError, UsageError
from migrator.planning import catalog, chart_bump, discover, plan
from migrator.planning.answers import Asking, Earlier
from migrator.prefect.names import DOCKET
from migrator.report.records import Status
from migrator.sources import Bundle, Source, about_unseen, of_layers, read, read_bytes
from migrator.values import tree
from migrator.values.changes import Change, Notice
from migrator.values.context import Surroundings
from migrator.values.merge import as_map
from migrator.values.release import Layer, Release

if TYPE_CHECKING:
    from migrator.planning.own_chart import Both, OwnChart

__all__ = ["Case", "Request", "Source", "examine", "read", "read_bytes"]


class Request(NamedTuple):
    """What is asked of a run: the upgrade, the answers given, and whether safe defaults may answer.

    `bump` is whether the chart's version in a GitOps object moves with its values, `chart_path` a chart whose
    defaults are to count in place of the published ones (empty for none), with `old_chart_path` the one that runs now,
    `earlier` tells of answers that are replayed, `surroundings` what is known of the release's Redis from elsewhere.
    """

    wishes: discover.Wishes
    given: Mapping[str, str]
    defaults: bool = True
    earlier: Mapping[str, Earlier] = {}
    bump: bool = True
    chart_path: str = ""
    surroundings: Surroundings = Surroundings()
    old_chart_path: str = ""


class Case(NamedTuple):
    """A release on its way: what was read, what was found out, and the plan.

    `bump` is the version that the chart moves to in the object around the values, where it does.
    """

    bundle: Bundle
    found: discover.Found
    flavour: str
    plan: plan.Plan
    known: tuple[catalog.Known, ...]
    bump: chart_bump.Bump | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.bundle.layers

    @property
    def status(self) -> Status:
        if self.plan.open_questions:
            return "needs-decision"
        return "pending" if self.plan.changes or self.bump is not None else "current"


def examine(inputs: Sequence[Source | Bundle], request: Request) -> Case:
    """Find out what the release is, and plan; nothing is asked and nothing written.

    `inputs` are the release's layers, lowest first, or the one bundle of them.
    """
    known = catalog.load()
    bundle = _bundle(inputs)
    _refuse_empty_first(bundle)
    layers = [_layer(source) for source in bundle.layers]
    wishes = chart_bump.wishes(bundle, request.wishes)
    own = _own_chart(request.chart_path, request.old_chart_path)
    wishes = own.wishes(wishes) if own is not None else wishes
    found = discover.find_out(layers, wishes, known)
    found = found._replace(evidence=(*chart_bump.evidence(bundle, request.wishes), *found.evidence))
    if request.surroundings.seen is not None:
        found = found._replace(evidence=(*found.evidence, request.surroundings.seen.summary()))
    selected = catalog.select(found.chart, found.version_to, known)
    unseen = tuple(each.called for each in bundle.unseen)
    surroundings = request.surroundings._replace(unseen=unseen, fills_in=bundle.fills_in, controller=bundle.controller)
    ask = _asking(request)
    release = discover.release_of(found, layers, wishes, found.flavour or "").amid(surroundings)
    made: plan.Plan | None = None
    if own is not None:
        release = own.below(release, found.version_to)
    elif found.flavour is None and found.chart == "infrahub-enterprise" and _runs_prefect(release):
        from migrator.planning import flavours  # most files name theirs

        if flavours.matter(release):
            if ask.given("flavour") is None:
                alike = [
                    discover.release_of(found, layers, wishes, flavour).amid(surroundings)
                    for flavour in flavours.that_differ(release)
                ]
                made = _same_plan_for_all(alike, selected, request)
                if made is None and release.owners(DOCKET):
                    made, found = _as_migrated(found, layers, wishes, selected, request, surroundings)
            answer = "" if made is not None else flavours.ask_for(ask)
            if answer is None:
                return Case(bundle, found, "", _nothing(release, ask), known)
            if made is None:
                found = found._replace(flavour=answer)
                release = discover.release_of(found, layers, wishes, answer).amid(surroundings)
        else:
            bundle = bundle._replace(notices=(*bundle.notices, *flavours.about_validation(release)))
    if not _runs_prefect(release):
        notice = Notice("prefect-server.enabled is false: this release runs no Prefect, so nothing here applies to it.")
        return Case(bundle, found, found.flavour or "", _nothing(release, ask, notice), known)
    if made is None:
        made = plan.make(release, selected, ask)
    _refuse_duplicates(bundle.layers, found, made)
    if bundle.typed:
        from migrator.sources import typed  # most releases have no values but those in files

        typed.refuse_change(bundle, made.changes)
    told_of = (
        *_about_documents(bundle),
        *_about_computed(bundle),
        *_about_target(found, known),
        *_about_base(bundle, made),
    )
    notices = (*bundle.notices, *about_unseen(bundle), *made.notices, *told_of)
    # A version that the command line names is gone to even where no value has to change on the way.
    moves = bool(made.changes) or bool(request.wishes.version_to)
    if made.changes and request.bump:
        chart_bump.refuse_left_behind(bundle, found)
    holds_docket = bool(made.result.owners(DOCKET))
    bump, told = chart_bump.bump(bundle, found, moves=moves, wanted=request.bump, holds_docket=holds_docket)
    made = made._replace(notices=(*notices, *told))
    return Case(bundle, found, found.flavour or "", made, known, bump)


def _refuse_empty_first(bundle: Bundle) -> None:
    """Raise InputError for a file whose values stand behind an empty first document, the only one that Helm 3 reads."""
    for source in bundle.layers:
        first, *others = source.stream.documents
        full = next((each for each in others if each.data is not None), None)
        if first.data is None and full is not None and not source.route:
            raise InputError(
                f"begins with an empty document, and Helm reads that one: the values from line {full.line(())} on "
                "count for nothing.",
                path=source.name,
                line=1,
                remedy="Take out the empty document, with the --- that ends it.",
            )


def _layer(source: Source) -> Layer:
    """A layer as Helm reads it; one that is empty, or comments only, stays so."""
    return Layer(source.name, source.data, "nothing" if source.data is None else source.takes)


def _runs_prefect(release: Release) -> bool:
    return release.prefect.get("enabled") is not False


def _asking(request: Request) -> Asking:
    return Asking(request.given, defaults=request.defaults, earlier=request.earlier)


def _same_plan_for_all(
    releases: Sequence[Release], selected: Sequence[catalog.Selected], request: Request
) -> plan.Plan | None:
    """The plan for the first of these, of which only one is the release at hand, if all have the same; else None."""
    first: plan.Plan | None = None
    for release in releases:
        try:
            made = plan.make(release, selected, _asking(request))
        except RefusedError:
            if knows_preset(release.flavour):
                raise
            # What this preset decides is not known here, so it matters, unless a file is as all others want it.
            if first is not None and not first.is_current:
                return None
            continue
        except UsageError:  # an answer that does not go with this flavour may go with the one that runs
            return None
        if first is None:
            first = made
        elif _wants(made) != _wants(first):
            return None
    return first


def _as_migrated(
    found: discover.Found,
    layers: Sequence[Layer],
    wishes: discover.Wishes,
    selected: Sequence[catalog.Selected],
    request: Request,
    surroundings: Surroundings,
) -> tuple[plan.Plan | None, discover.Found]:
    """The plan of a file that holds its docket and is as some flavours want it: it was migrated for one of them.

    Which one runs, no file can hold; that it is asked for once more would end in the same file.
    """
    right: dict[str, plan.Plan] = {}
    for flavour in ("", *FLAVOURS):
        if knows_preset(flavour):
            release = discover.release_of(found, layers, wishes, flavour).amid(surroundings)
            with suppress(RefusedError, UsageError):
                right[flavour] = plan.make(release, selected, _asking(request))
    right = {flavour: made for flavour, made in right.items() if made.is_current}
    if not right:
        return None, found
    names = ", ".join(flavour or "the plain chart" for flavour in right)
    evidence = f"right as it is for {names}; where another flavour runs, give --from VERSION-FLAVOUR"
    return next(iter(right.values())), found._replace(evidence=(*found.evidence, evidence))


def _wants(made: plan.Plan) -> tuple[list[Change], list[str]]:
    return made.changes, [question.id for question in made.open_questions]


def _refuse_duplicates(sources: Sequence[Source], found: discover.Found, made: plan.Plan) -> None:
    """A key that stands twice on the way to a change leaves open which of the two is meant, for people at least."""
    for number, source in enumerate(sources):
        routes = [found.root, *(change.edit.route for change in made.changes if change.layer == number)]
        for duplicate in source.duplicates():
            way = duplicate.route
            if any(route[: len(way)] == way for route in routes):
                lines = " and ".join(map(str, duplicate.lines))
                raise RefusedError(
                    f"{tree.show(way)} stands on lines {lines}: Helm reads the last one with all below it, and ignores "
                    "the others.",
                    path=source.name,
                    line=duplicate.lines[-1],
                    remedy="Keep one of them.",
                )


def _about_documents(bundle: Bundle) -> Iterator[Notice]:
    for source in bundle.layers:
        own = not source.route and source.inner is None
        if own and any(roots.has_prefect_values(each.data) for each in source.stream.documents[1:]):
            yield Notice(
                f"{source.name} holds several documents. Helm 3 reads only the first, as is done here; Helm 4 lays the "
                "others over it, so the Prefect values there, which are left as they are, would win. Put all values "
                "into one document.",
                "warning",
            )


def _about_computed(bundle: Bundle) -> Iterator[Notice]:
    for source in bundle.layers:
        if "COMPUTED VALUES" in as_map(source.data):
            yield Notice(
                f"{source.name} holds all computed values (helm get values --all): given to helm upgrade, it keeps the "
                "old chart's defaults for everything. Take helm get values without --all.",
                "warning",
            )


def _about_target(found: discover.Found, known: tuple[catalog.Known, ...]) -> Iterator[Notice]:
    newest = catalog.newest(found.chart, known)
    if found.version_to > newest:
        yield Notice(f"No migration is known between {newest} and {found.text_to}: the file goes as far as {newest}.")


def _own_chart(path: str, old_path: str) -> OwnChart | Both | None:
    if not path:
        return None
    from migrator.planning import own_chart  # it reads archives, which most runs never do

    new = own_chart.read(path)
    return own_chart.Both(own_chart.read(old_path), new) if old_path else new


def _about_base(bundle: Bundle, made: plan.Plan) -> Iterator[Notice]:
    """A lower layer may serve other releases, which nobody named."""
    top = [layer for layer in bundle.layers if not layer.is_typed][-1].name
    for number in sorted({change.layer for change in made.changes}):
        name = bundle.layers[number].name
        if name != top:
            yield Notice(
                f"{name} changes. Every other release that is given this file reads it too: migrate each of them, "
                "with all of its own layers, in the same change."
            )


def _bundle(inputs: Sequence[Source | Bundle]) -> Bundle:
    if len(inputs) == 1 and isinstance(inputs[0], Bundle):
        return inputs[0]
    return of_layers([each for each in inputs if isinstance(each, Source)])


def _nothing(release: Release, ask: Asking, *notices: Notice) -> plan.Plan:
    return plan.Plan(release, release, (), tuple(ask.asked.values()), notices, frozenset(ask.looked_at))
