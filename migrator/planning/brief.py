"""The outcome of planning as plain records, without places in the text: all that a line of `check` needs."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.planning.answers import Asked
from migrator.planning.examine import Case
from migrator.report.records import AnsweredBy, ChangeReport, FileReport, NoticeReport, QuestionReport, Status
from migrator.values import tree
from migrator.values.changes import Notice


def brief(case: Case, status: Status | None = None) -> FileReport:
    """The case as a report; `status` is its outcome, if it went further than a plan."""
    found, plan = case.detected, case.plan
    concerned = {planned.known.id for planned in plan.steps} | plan.waiting
    final = status or case.status
    return FileReport(
        path=case.bundle.name,
        status=final,
        chart=found.chart,
        version_from=found.shown_from,
        version_to=found.shown_to,
        flavour=case.flavour,
        root=tree.show(found.root) if found.root else ".",
        evidence=found.evidence,
        migrations=tuple((known.id, known.migration.title) for known in case.known if known.id in concerned),
        changes=tuple(_changes(case)),
        questions=tuple(_question_report(asked) for asked in plan.asked),
        notices=tuple(notice_report(notice) for notice in plan.notices),
        exit_code=3 if final == "needs-decision" else 0,
    )


def _changes(case: Case) -> Iterator[ChangeReport]:
    """The migrations' changes, then that of the chart's version, if it moves."""
    for planned in case.plan.steps:
        for change in planned.changes:
            yield ChangeReport(
                id=f"{planned.known.id}.{planned.step.id}:{change.path}",
                migration=planned.known.id,
                step=planned.step.id,
                kind=change.kind,
                path=change.path,
                file=case.sources[change.layer].name,
                line=0,
                before=change.before,
                after=change.after,
                why=change.why,
                effect=change.effect,
            )
    if case.bump is not None:
        yield case.bump.report(case.bundle)


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
        hidden=asked.hidden,
        by=_answered_by(asked),
        where=asked.where,
    )


def _answered_by(asked: Asked) -> AnsweredBy | None:
    if asked.answer is None:
        return None
    return ("answers file" if asked.where else "flag") if asked.given else "default"


def notice_report(notice: Notice) -> NoticeReport:
    """The notice without its place."""
    return NoticeReport(notice.severity, notice.text, "", 0, notice.rule, notice.is_next_step)
