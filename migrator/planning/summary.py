"""What a run found out and decided, as the plain records that every report format uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from migrator.migration import Question
from migrator.planning import chart_bump, route
from migrator.planning.brief import brief, notice_report
from migrator.planning.examine import Case
from migrator.planning.plan import Plan
from migrator.prefect import queues
from migrator.report.queue_records import QueuesReport
from migrator.report.records import FileReport, Finding, NoticeReport, Status
from migrator.report.result_records import DocumentReport, LayerReport, ReleaseReport, StepReport
from migrator.values import tree
from migrator.values.changes import Notice
from migrator.values.edits import Value

if TYPE_CHECKING:
    from migrator.planning.apply import Result


def report(case: Case, result: Result | None = None, *, status: Status | None = None) -> FileReport:
    """Everything about the case as plain records; places in the text are known once the plan is applied."""
    facts, plan = brief(case, status), case.plan
    streams = result.streams if result is not None else tuple(source.stream for source in case.sources)
    facts = facts._replace(
        layers=tuple(
            {
                source.name: LayerReport(source.name, source.stream.data, stream.data)
                for source, stream in zip(case.sources, streams)
                if not source.is_typed
            }.values()
        ),
        questions=tuple(
            each._replace(places=places(case, asked.question)) for each, asked in zip(facts.questions, plan.asked)
        ),
        notices=tuple(located_notice(case, each) for each in plan.notices),
        values_before=[*_around(case), *(layer.data for layer in plan.start.layers)],
        values_after=[layer.data for layer in plan.result.layers],
        release=_release(case),
    )
    if result is None:
        return facts
    return facts._replace(
        changes=tuple(change._replace(line=line) for change, line in zip(facts.changes, result.lines)),
        notices=(*facts.notices, *result.notices),
        documents=_documents(case, result),
        steps=tuple(_steps(case, result)),
        queues=_queues(plan),
    )


def _release(case: Case) -> ReleaseReport | None:
    at = case.bundle.deployed
    return None if at is None else ReleaseReport(at.name, at.namespace, at.revision, at.status, at.managed_by)


def located_notice(case: Case, notice: Notice) -> NoticeReport:
    """The notice as a record, with its place if it has one."""
    record = notice_report(notice)
    if not notice.route:
        return record
    source = case.sources[notice.layer]
    return record._replace(file=source.name, line=source.line(notice.route))


def _around(case: Case) -> Iterator[Value]:
    """The objects around the values, which may also hold credentials."""
    for source in case.sources:
        if source.route:
            yield source.stream.documents[source.document].data


def _queues(plan: Plan) -> QueuesReport | None:
    to_decide = {question.id: question.flag for question in plan.open_questions}
    return queues.queues(plan.start, plan.result, to_decide)


def _steps(case: Case, result: Result) -> Iterator[StepReport]:
    names = [(planned.known.id, planned.step.id, planned.step.title) for planned in case.plan.steps]
    if case.bump is not None:
        names.append((chart_bump.NAME, chart_bump.NAME, chart_bump.TITLE))
    for (migration, step, title), before, after in zip(names, result.stages, result.stages[1:]):
        layers = {
            source.name: LayerReport(source.name, was, now)
            for source, was, now in zip(case.sources, before, after)
            if was != now
        }
        yield StepReport(migration, step, title, tuple(layers.values()))


def _documents(case: Case, result: Result) -> tuple[DocumentReport, ...]:
    """The documents that contain the release's own values, each once."""
    found: dict[tuple[str, int], DocumentReport] = {}
    for source, changed in zip(case.sources, case.bundle.with_streams(result.streams).layers):
        if source.is_typed:
            continue
        was, now = (each.stream.documents[each.document].data for each in (source, changed))
        document = found.get((source.name, source.document), DocumentReport(source.name, source.document, was, now))
        if isinstance(tree.get(was, source.route), str):
            document = document._replace(texts=(*document.texts, (source.route, source.data, changed.data)))
        found[source.name, source.document] = document
    return tuple(found.values())


def places(case: Case, question: Question) -> tuple[tuple[str, int], ...]:
    """The files and lines that a question is about."""
    found = [(case.sources[at.layer].name, case.sources[at.layer].line(at.route)) for at in question.locations]
    return tuple(dict.fromkeys(found))


def with_route(report: FileReport, case: Case) -> FileReport:
    """The report with the supported stops on the way."""
    found = case.detected
    stops = route.notices(found.chart, found.version_from, found.version_to, found.text_to)
    stop_notices = (notice_report(stop)._replace(is_stop=True) for stop in stops)
    return report._replace(notices=(*report.notices, *stop_notices))


def with_findings(report: FileReport, findings: Sequence[Finding]) -> FileReport:
    """The report with the rules' findings, without notices of the same rules, since a finding says more."""
    rule_ids = {finding.rule for finding in findings}
    notices = tuple(notice for notice in report.notices if notice.rule not in rule_ids or not notice.rule)
    return report._replace(findings=tuple(findings), notices=notices)
