"""The one way through the house: read, find out, plan, ask, apply, verify; what is written comes after.

`examine` goes as far as a plan and touches no text; `carry_out` takes a plan to bytes and proves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator import catalog, chart_bump, discover, plan, tree, versions
from migrator.answers import Asked, Asking, Earlier
from migrator.changes import Change
from migrator.defaults import knows_preset
from migrator.edits import AddKey, InsertItem, RemoveItems, Route, Value
from migrator.errors import RefusedError, VerificationError
from migrator.migration import Notice
from migrator.release import Layer, Release
from migrator.report import ChangeReport, FileReport, LayerReport, NoticeReport, QuestionReport, Status
from migrator.sources import Bundle, Done, Source, of_layers, read, read_bytes
from migrator.yamltext import Stream

if TYPE_CHECKING:
    from migrator.own_chart import OwnChart

__all__ = [
    "Case",
    "Request",
    "Result",
    "Source",
    "carry_out",
    "examine",
    "prove_settled",
    "read",
    "read_bytes",
    "report",
]


class Request(NamedTuple):
    """What is asked of a run: the upgrade, the answers given, and whether safe defaults may answer.

    `bump` is whether the chart's version in a GitOps object moves with its values, `chart_path` a chart whose
    defaults are to count in place of the published ones (empty for none), `earlier` tells of answers that are replayed.
    """

    wishes: discover.Wishes
    given: Mapping[str, str]
    defaults: bool = True
    earlier: Mapping[str, Earlier] = {}
    bump: bool = True
    chart_path: str = ""


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
        return "pending" if self.plan.changes else "current"


class Result(NamedTuple):
    """A plan carried out on text: each layer parsed again, and where each change stands in the original.

    `stages` holds the layers' texts before the first step and after each; `places` each change's line in the text
    that its step met.
    """

    streams: tuple[Stream, ...]
    lines: tuple[int, ...]
    notices: tuple[NoticeReport, ...]
    stages: tuple[tuple[bytes, ...], ...] = ()
    places: tuple[int, ...] = ()


def examine(inputs: Sequence[Source | Bundle], request: Request) -> Case:
    """Find out what the release is, and plan; nothing is asked and nothing written.

    `inputs` are the release's layers, lowest first, or the one bundle of them.
    """
    known = catalog.load()
    bundle = _bundle(inputs)
    layers = [Layer(source.name, source.data) for source in bundle.layers]
    wishes = chart_bump.wishes(bundle, request.wishes)
    own = _own_chart(request.chart_path)
    wishes = own.wishes(wishes) if own is not None else wishes
    found = discover.find_out(layers, wishes, known)
    found = found._replace(evidence=(*chart_bump.evidence(bundle, request.wishes), *found.evidence))
    ask = Asking(request.given, defaults=request.defaults, earlier=request.earlier)
    release = discover.release_of(found, layers, wishes, found.flavour or "")
    if own is not None:
        release = own.below(release, found.version_to)
    elif found.flavour is None and found.chart == "infrahub-enterprise" and discover.flavour_matters(release):
        here = request._replace(wishes=wishes)
        answer = "" if _is_same_on_any(found, layers, here, known) else discover.ask_for_flavour(ask)
        if answer is None:
            return Case(bundle, found, "", _nothing(release, ask), known)
        found = found._replace(flavour=answer)
        release = discover.release_of(found, layers, wishes, answer)
    if release.prefect.get("enabled") is False:
        notice = Notice("prefect-server.enabled is false: this release runs no Prefect, so nothing here applies to it.")
        return Case(bundle, found, found.flavour or "", _nothing(release, ask, notice), known)
    selected = catalog.select(found.chart, found.version_to, known)
    made = plan.make(release, selected, ask)
    _refuse_duplicates(bundle.layers, found, made)
    told_of = (*_about_documents(bundle), *_about_target(found, known), *_about_base(bundle, made))
    notices = (*bundle.notices, *made.notices, *told_of)
    bump, told = chart_bump.bump(bundle, found.version_to, has_changes=bool(made.changes), wanted=request.bump)
    made = made._replace(notices=(*notices, *told))
    return Case(bundle, found, found.flavour or "", made, known, bump)


def carry_out(case: Case) -> Result:
    """Apply the plan to the text, step by step, and prove the result.

    Each step's text is parsed again and held against the plan by the text engine; the whole must read as the plan
    says, and must itself plan to nothing. Raises RefusedError for a shape that is not edited, VerificationError where
    the proof fails, which is a mistake of this program; either way nothing was written.
    """
    sources = list(case.sources)
    done: dict[str, list[Done]] = {source.name: [] for source in sources}
    lines: list[int] = []
    places: list[int] = []
    stages = [tuple(source.stream.data for source in sources)]

    def go_on(name: str, edited: Done) -> None:
        done[name].append(edited)
        sources[:] = [each.on(edited.stream) if each.name == name else each for each in sources]

    for step in case.plan.steps:
        for change in step.changes:
            source = sources[change.layer]
            places.append(source.line(_place_of(change)))
            lines.append(_original(done[source.name], places[-1]))
        for number in range(len(sources)):
            edits = step.edits(number)
            if edits:
                go_on(sources[number].name, sources[number].apply(edits))
        stages.append(tuple(source.stream.data for source in sources))
    if case.bump is not None and case.plan.changes:
        home = sources[case.bundle.home]
        places.append(case.bump.line(home))
        lines.append(_original(done[home.name], places[-1]))
        go_on(home.name, case.bump.apply(home))
        stages.append(tuple(source.stream.data for source in sources))
    for source, layer in zip(sources, case.plan.result.layers):
        if not tree.same(source.data, layer.data):
            raise VerificationError("the result does not read as planned; nothing was written.", path=source.name)
    orphans = [
        NoticeReport("info", f"this comment spoke of something that is gone now: {orphan.text}", name, line)
        for name, edits in done.items()
        for depth, edited in enumerate(edits)
        for orphan in edited.orphans
        if (line := _original(edits[: depth + 1], orphan.line))
    ]
    copies = [
        NoticeReport("info", "a value that was shared by an anchor stands here as a copy of its own now", name, line)
        for name, edits in done.items()
        for depth, edited in enumerate(edits)
        for copy in edited.copies
        if (line := _original(edits[: depth + 1], copy))
    ]
    streams = tuple(source.stream for source in sources)
    return Result(streams, tuple(lines), (*orphans, *copies), tuple(stages), tuple(places))


def prove_settled(case: Case, result: Result, request: Request) -> None:
    """The result must itself plan to nothing, whatever was answered. Raises VerificationError where it does not."""
    again = examine([case.bundle.on(result.streams)], request._replace(defaults=True, earlier={}))
    if not again.plan.is_current:
        left = [change.path for change in again.plan.changes] + [each.id for each in again.plan.open_questions]
        raise VerificationError(
            f"the result would be migrated again ({', '.join(left)}); nothing was written. This is a mistake of this "
            "program.",
            path=case.bundle.name,
        )


def report(case: Case, result: Result | None = None, *, status: Status | None = None) -> FileReport:
    """Everything about the case in plain records; places in the text are known once it was carried out."""
    found, made = case.found, case.plan
    lines = result.lines if result is not None else (0,) * (len(made.changes) + 1)
    changes = [
        _change_report(case, planned, change, line)
        for (planned, change), line in zip(
            ((planned, change) for planned in made.steps for change in planned.changes), lines
        )
    ]
    if case.bump is not None and made.changes:
        changes.append(case.bump.report(case.bundle, lines[-1]))
    streams = result.streams if result is not None else tuple(source.stream for source in case.sources)
    after = case.bundle.on(streams).layers if result is not None else case.sources
    concerned = {planned.known.id for planned in made.steps}
    ids = {known.id: known.migration.title for known in case.known if known.id in concerned or known.id in made.waiting}
    final = status or case.status
    return FileReport(
        path=case.bundle.name,
        status=final,
        layers=tuple(
            {
                source.name: LayerReport(source.name, source.stream.data, stream.data)
                for source, stream in zip(case.sources, streams)
            }.values()
        ),
        chart=found.chart,
        version_from=found.version_text(found.version_from),
        version_to=found.version_text(found.version_to),
        flavour=case.flavour,
        root=tree.show(found.root) if found.root else ".",
        evidence=found.evidence,
        migrations=tuple(ids.items()),
        changes=tuple(changes),
        questions=tuple(_question_report(asked) for asked in made.asked),
        notices=tuple(_notice_report(case, notice) for notice in made.notices)
        + (result.notices if result is not None else ()),
        values_before=_whole(case.sources, [layer.data for layer in made.start.layers]),
        values_after=_whole(after, [layer.data for layer in made.result.layers]),
        exit_code=3 if final == "needs-decision" else 0,
    )


def _is_same_on_any(
    found: discover.Found, layers: Sequence[Layer], request: Request, known: tuple[catalog.Known, ...]
) -> bool:
    """Whether the plan is the same whatever the flavour: then nobody has to be asked about it."""
    selected = catalog.select(found.chart, found.version_to, known)
    wanted: tuple[list[Change], list[str]] | None = None
    for flavour in ("", *versions.FLAVOURS):
        release = discover.release_of(found, layers, request.wishes, flavour)
        try:
            made = plan.make(release, selected, Asking(request.given, defaults=request.defaults))
        except RefusedError:
            if knows_preset(flavour):
                raise
            # What this preset decides is not known here, so the flavour matters.
            return False
        here = (made.changes, [question.id for question in made.open_questions])
        if wanted is not None and here != wanted:
            return False
        wanted = here
    return True


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
        own = not source.route and source.block is None
        if own and any(discover.has_prefect_values(each.data) for each in source.stream.documents[1:]):
            yield Notice(
                f"{source.name} holds several documents, and Helm reads only the first: the Prefect values in the "
                "others are left as they are.",
                "warning",
            )


def _about_target(found: discover.Found, known: tuple[catalog.Known, ...]) -> Iterator[Notice]:
    newest = catalog.newest(found.chart, known)
    if found.version_to > newest:
        yield Notice(
            f"No migration is known between {newest} and {found.version_to}: the file goes as far as {newest}."
        )


def _own_chart(path: str) -> OwnChart | None:
    if not path:
        return None
    from migrator import own_chart  # it reads archives, which most runs never do

    return own_chart.read(path)


def _about_base(bundle: Bundle, made: plan.Plan) -> Iterator[Notice]:
    """A lower layer may serve other releases, which nobody named."""
    below = {change.layer for change in made.changes if change.layer < len(bundle.layers) - 1}
    for number in sorted(below):
        name = bundle.layers[number].name
        if name != bundle.layers[-1].name:
            yield Notice(
                f"{name} changes. Every other release that is given this file reads it too: migrate each of them, "
                "with all of its own layers, in the same change."
            )


def _bundle(inputs: Sequence[Source | Bundle]) -> Bundle:
    if len(inputs) == 1 and isinstance(inputs[0], Bundle):
        return inputs[0]
    return of_layers([each for each in inputs if isinstance(each, Source)])


def _whole(sources: Sequence[Source], values: Sequence[Value]) -> Value:
    """What a diff of values shows: a file's values, the object around them, or several layers by their names."""
    shown = [
        source.stream.documents[source.document].data if source.route else own for source, own in zip(sources, values)
    ]
    return shown[0] if len(shown) == 1 else {source.name: each for source, each in zip(sources, shown)}


def _nothing(release: Release, ask: Asking, *notices: Notice) -> plan.Plan:
    return plan.Plan(release, release, (), tuple(ask.asked.values()), notices, frozenset(ask.looked_at))


def _original(done: Sequence[Done], line: int) -> int:
    """The line of the original text that a line after these edits stands for."""
    for edited in reversed(done):
        line = edited.original_line(line)
    return line


def _place_of(change: Change) -> Route:
    """The place that a person would look at for a change: the thing itself, or the one it is put beside."""
    edit = change.edit
    if isinstance(edit, RemoveItems):
        return (*edit.route, edit.indexes[0])
    if isinstance(edit, InsertItem):
        return edit.route if edit.place.sibling is None else (*edit.route, edit.place.sibling)
    if isinstance(edit, AddKey) and edit.place.sibling is not None:
        return (*edit.route[:-1], edit.place.sibling)
    return edit.route


def _change_report(case: Case, planned: plan.PlannedStep, change: Change, line: int) -> ChangeReport:
    return ChangeReport(
        id=f"{planned.known.id}.{planned.step.id}:{change.path}",
        migration=planned.known.id,
        step=planned.step.id,
        kind=change.kind,
        path=change.path,
        file=case.sources[change.layer].name,
        line=line,
        before=change.before,
        after=change.after,
        why=change.why,
        effect=change.effect,
    )


def _question_report(asked: Asked) -> QuestionReport:
    question = asked.question
    return QuestionReport(
        id=question.id,
        text=question.text,
        choices=tuple((choice.value, choice.leads_to) for choice in question.choices),
        default=question.default,
        suggestion=question.suggestion,
        flag=question.flag,
        answer=asked.answer,
        answered=asked.given,
        stale=asked.stale,
    )


def _notice_report(case: Case, notice: Notice) -> NoticeReport:
    if not notice.route:
        return NoticeReport(notice.severity, notice.text, "", 0)
    source = case.sources[notice.layer]
    return NoticeReport(notice.severity, notice.text, source.name, source.line(notice.route))
