"""The one way through the house: read, find out, plan, ask, apply, verify; what is written comes after.

`examine` goes as far as a plan and touches no text; `carry_out` takes a plan to bytes and proves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator import catalog, discover, files, plan, tree, versions, yamltext
from migrator.answers import Asked, Asking, Earlier
from migrator.changes import Change
from migrator.edits import AddKey, InsertItem, RemoveItems, Route
from migrator.errors import InputError, RefusedError, VerificationError
from migrator.migration import Notice
from migrator.release import Layer, Release
from migrator.report import ChangeReport, FileReport, LayerReport, NoticeReport, QuestionReport, Status
from migrator.yamltext import Document, Stream

if TYPE_CHECKING:
    from migrator.yamltext import Edited


class Request(NamedTuple):
    """What is asked of a run: the upgrade, the answers given, and whether safe defaults may answer.

    `earlier` tells of those answers that are replayed.
    """

    wishes: discover.Wishes
    given: Mapping[str, str]
    defaults: bool = True
    earlier: Mapping[str, Earlier] = {}


class Source(NamedTuple):
    """A layer as it was read: its snapshot on disk (None for standard input) and its text, parsed."""

    name: str
    snapshot: files.Snapshot | None
    stream: Stream


class Case(NamedTuple):
    """A release on its way: what was read, what was found out, and the plan."""

    sources: tuple[Source, ...]
    found: discover.Found
    flavour: str
    plan: plan.Plan
    known: tuple[catalog.Known, ...]

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


def read(path: str) -> Source:
    """Read and parse one file. Raises InputError with file and line where that cannot be done."""
    snapshot = files.read(path)
    return Source(path, snapshot, yamltext.parse(snapshot.data, path))


def read_bytes(data: bytes, name: str) -> Source:
    """Parse what came from elsewhere than a file."""
    return Source(name, None, yamltext.parse(data, name))


def examine(sources: Sequence[Source], request: Request) -> Case:
    """Find out what the release is, and plan; nothing is asked and nothing written."""
    known = catalog.load()
    layers = [Layer(source.name, _document(source).data) for source in sources]
    found = discover.find_out(layers, request.wishes, known)
    ask = Asking(request.given, defaults=request.defaults, earlier=request.earlier)
    release = discover.release_of(found, layers, request.wishes, found.flavour or "")
    if found.flavour is None and found.chart == "infrahub-enterprise" and discover.flavour_matters(release):
        answer = "" if _is_same_on_any(found, layers, request, known) else discover.ask_for_flavour(ask)
        if answer is None:
            return Case(tuple(sources), found, "", _nothing(release, ask), known)
        found = found._replace(flavour=answer)
        release = discover.release_of(found, layers, request.wishes, answer)
    if release.prefect.get("enabled") is False:
        notice = Notice("prefect-server.enabled is false: this release runs no Prefect, so nothing here applies to it.")
        return Case(tuple(sources), found, found.flavour or "", _nothing(release, ask, notice), known)
    selected = catalog.select(found.chart, found.version_to, known)
    made = plan.make(release, selected, ask)
    _refuse_duplicates(sources, found, made)
    made = made._replace(notices=made.notices + tuple(_about_target(found, known)))
    return Case(tuple(sources), found, found.flavour or "", made, known)


def carry_out(case: Case) -> Result:
    """Apply the plan to the text, step by step, and prove the result.

    Each step's text is parsed again and held against the plan by the text engine; the whole must read as the plan
    says, and must itself plan to nothing. Raises RefusedError for a shape that is not edited, VerificationError where
    the proof fails, which is a mistake of this program; either way nothing was written.
    """
    streams = [source.stream for source in case.sources]
    edited: list[list[Edited]] = [[] for _ in streams]
    lines: list[int] = []
    places: list[int] = []
    stages = [tuple(stream.data for stream in streams)]
    for step in case.plan.steps:
        for change in step.changes:
            places.append(streams[change.layer].documents[0].line(_place_of(change)))
            lines.append(_original(edited[change.layer], places[-1]))
        for number, stream in enumerate(streams):
            edits = step.edits(number)
            if edits:
                done = yamltext.apply(stream, edits)
                edited[number].append(done)
                streams[number] = done.stream
        stages.append(tuple(stream.data for stream in streams))
    for source, stream, layer in zip(case.sources, streams, case.plan.result.layers):
        if not tree.same(stream.documents[0].data, layer.data):
            raise VerificationError("the result does not read as planned; nothing was written.", path=source.name)
    orphans = [
        NoticeReport("info", f"this comment spoke of something that is gone now: {orphan.text}", source.name, line)
        for source, dones in zip(case.sources, edited)
        for depth, done in enumerate(dones)
        for orphan in done.orphans
        if (line := _original(dones[: depth + 1], orphan.line))
    ]
    copies = [
        NoticeReport(
            "info", "a value that was shared by an anchor stands here as a copy of its own now", source.name, line
        )
        for source, dones in zip(case.sources, edited)
        for depth, done in enumerate(dones)
        for copy in done.copies
        if (line := _original(dones[: depth + 1], copy))
    ]
    return Result(tuple(streams), tuple(lines), (*orphans, *copies), tuple(stages), tuple(places))


def prove_settled(case: Case, result: Result, request: Request) -> None:
    """The result must itself plan to nothing, whatever was answered. Raises VerificationError where it does not."""
    sources = [source._replace(stream=stream) for source, stream in zip(case.sources, result.streams)]
    again = examine(sources, request._replace(defaults=True, earlier={}))
    if not again.plan.is_current:
        left = [change.path for change in again.plan.changes] + [each.id for each in again.plan.open_questions]
        raise VerificationError(
            f"the result would be migrated again ({', '.join(left)}); nothing was written. This is a mistake of this "
            "program.",
            path=case.sources[0].name,
        )


def report(case: Case, result: Result | None = None, *, status: Status | None = None) -> FileReport:
    """Everything about the case in plain records; places in the text are known once it was carried out."""
    found, made = case.found, case.plan
    lines = result.lines if result is not None else (0,) * len(made.changes)
    changes = [
        _change_report(case, planned, change, line)
        for (planned, change), line in zip(
            ((planned, change) for planned in made.steps for change in planned.changes), lines
        )
    ]
    streams = result.streams if result is not None else tuple(source.stream for source in case.sources)
    waiting = {question.id for question in made.open_questions}
    concerned = {planned.known.id for planned in made.steps}
    ids = {
        known.id: known.migration.title
        for known in case.known
        if known.id in concerned or waiting & set(known.migration.questions)
    }
    final = status or case.status
    return FileReport(
        path=case.sources[0].name,
        status=final,
        layers=tuple(
            LayerReport(source.name, source.stream.data, stream.data) for source, stream in zip(case.sources, streams)
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
        values_before=made.start.layers[0].data,
        values_after=made.result.layers[0].data,
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
        made = plan.make(release, selected, Asking(request.given, defaults=request.defaults))
        here = (made.changes, [question.id for question in made.open_questions])
        if wanted is not None and here != wanted:
            return False
        wanted = here
    return True


def _refuse_duplicates(sources: Sequence[Source], found: discover.Found, made: plan.Plan) -> None:
    """A key that stands twice on the way to a change leaves open which of the two is meant, for people at least."""
    for number, source in enumerate(sources):
        routes = [found.root, *(change.edit.route for change in made.changes if change.layer == number)]
        for duplicate in _document(source).duplicates():
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


def _about_target(found: discover.Found, known: tuple[catalog.Known, ...]) -> Iterator[Notice]:
    newest = catalog.newest(found.chart, known)
    if found.version_to > newest:
        yield Notice(
            f"No migration is known between {newest} and {found.version_to}: the file goes as far as {newest}."
        )


def _document(source: Source) -> Document:
    if not source.stream.documents:
        raise InputError("is empty, so it holds no values.", path=source.name, line=1)
    return source.stream.documents[0]


def _nothing(release: Release, ask: Asking, *notices: Notice) -> plan.Plan:
    return plan.Plan(release, release, (), tuple(ask.asked.values()), notices, frozenset(ask.looked_at))


def _original(done: Sequence[Edited], line: int) -> int:
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
    return NoticeReport(notice.severity, notice.text, source.name, source.stream.documents[0].line(notice.route))
