"""What rules report on the result of a plan: in their own words, once, and only if it is certain."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.planning import apply, catalog, discover, examine, summary
from migrator.report.records import NoticeReport
from migrator.verify import verify
from tests import releases
from tests.rules.cases import CASES, Case, case_id, text_of

REPORTED = {rule for known in catalog.load() for step in known.migration.steps for rule in step.rules}


def planned(text: str, answers: dict[str, str] | None = None, **options: str) -> examine.Case:
    request = examine.Request(discover.Options(**options), answers or {})
    return examine.examine(releases.of_text(text), request)


def rule_notices(case: examine.Case) -> list[NoticeReport]:
    return [each for each in summary.report(case).notices if each.rule]


@pytest.mark.parametrize("case", [each for each in CASES if each.rule in REPORTED], ids=case_id)
def test_plan_reports_what_verify_finds_in_its_result(case: Case) -> None:
    """With the same words and severity, and on the same line if the file does not change."""
    made = planned(text_of(case, case.breaks), {"flavour": "none"})
    assert not made.plan.open_questions
    layers = made.bundle.with_streams(apply.apply_plan(made).streams).layers
    found = [each for each in verify.findings(made.plan.result, layers) if each.rule in REPORTED]
    words = sorted((each.rule, each.severity, f"{each.text}. {each.remedy}") for each in found)
    assert sorted((each.rule, each.severity, each.text) for each in rule_notices(made)) == words
    if not made.plan.changes:
        assert sorted((each.rule, each.line) for each in rule_notices(made)) == sorted(
            (each.rule, each.line) for each in found
        )


SEPARATE = dedent("""\
    backgroundServices:
      runAsSeparateDeployment: true
      messaging: {redis: {host: redis, db: 1}, docket: {url: "redis://redis:6379/2"}}
      env: []
    server:
      env:
        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
        - {name: KEPT, value: "1"}
        - {name: KEPT, value: "2"}
    """)
KEPT = SEPARATE.replace("  env: []", "  env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'false'}]")


def rules_and_lines(text: str, answers: dict[str, str] | None = None, **options: str) -> list[tuple[str, int]]:
    return sorted((each.rule, each.line) for each in rule_notices(planned(text, answers, **options)))


def test_only_what_the_run_does_not_fix_is_reported_at_its_old_line() -> None:
    """The toggle above is removed; the line is that of the file as it was read."""
    made = planned(SEPARATE)
    assert [each.after for each in made.plan.changes] == [None]
    assert [(each.rule, each.severity, each.line) for each in rule_notices(made)] == [("env-twice", "error", 9)]


def test_what_an_open_question_may_fix_is_reported_once_answered() -> None:
    text = KEPT.replace(', docket: {url: "redis://redis:6379/2"}', "")
    assert rules_and_lines(text) == [("env-twice", 9)]
    open_now = [each.id for each in planned(text).plan.open_questions]
    assert open_now == ["custom-toggles.background.TRIGGERS", "redis-db"]
    kept = {"custom-toggles": "keep", "redis-db": "2"}
    assert rules_and_lines(text, kept) == [("env-twice", 9), ("toggle-left", 4)]
    assert rules_and_lines(text, {**kept, "custom-toggles": "remove"}) == [("env-twice", 9)]


DOCKET = "PREFECT_SERVER_DOCKET_URL, value: 'redis://redis:6379/3'"


@pytest.mark.parametrize(
    ("entry", "question", "answer"),
    [
        (DOCKET, "docket-url", "redis://redis:6379/3"),
        ("PREFECT_REDIS_MESSAGING_DB, value: '4'", "messaging-redis.db", "4"),
    ],
)
def test_an_entry_that_every_answer_removes_is_not_reported(entry: str, question: str, answer: str) -> None:
    """The other name is set twice whatever the answer is."""
    text = SEPARATE.replace("  env: []", f"  env: [{{name: {entry}}}]")
    text = text if entry == DOCKET else text.replace(', docket: {url: "redis://redis:6379/2"}', "")
    others = {} if entry == DOCKET else {"redis-db": "2"}
    assert [each.id for each in planned(text, others).plan.open_questions] == [question]
    assert rules_and_lines(text, others) == rules_and_lines(text, {**others, question: answer}) == [("env-twice", 9)]


ONCE = SEPARATE.replace('    - {name: KEPT, value: "2"}\n', "")


def test_a_database_still_to_be_chosen_is_not_reported() -> None:
    """Its scheme has to be fixed first; the answer then says where the docket is."""
    text = ONCE.replace("db: 1}", "db: 1, ssl: true}").replace("6379/2", "6379/99")
    assert [each.id for each in planned(text).plan.open_questions] == ["docket-url"]
    assert rules_and_lines(text) == []
    assert rules_and_lines(text, {"docket-url": "rediss://redis:6379/99"}) == [("docket-database", 3)]


def test_a_kept_toggle_is_reported_in_its_final_words() -> None:
    text = KEPT.replace(', docket: {url: "redis://redis:6379/2"}', "").replace('    - {name: KEPT, value: "2"}\n', "")
    answers = {"custom-toggles": "keep"}
    assert [each.id for each in planned(text, answers).plan.open_questions] == ["redis-db"]
    (before,) = rule_notices(planned(text, answers))
    assert rule_notices(planned(text, {**answers, "redis-db": "2"})) == [before]
    assert "No action needed" in before.text


def test_a_rule_is_reported_only_once() -> None:
    """`migrate` reports all findings on its result; a notice that says the same is left out."""
    made = planned(SEPARATE)
    report = verify.proved(made, examine.Request(discover.Options(), {}))
    assert [each.rule for each in report.findings if each.rule in REPORTED] == ["env-twice"]
    assert [each for each in report.notices if each.rule] == []


@pytest.mark.parametrize(("answers", "is_open"), [({}, True), ({"redis-db": "2"}, False)])
def test_one_line_reports_skip_the_rules_while_a_question_is_open(answers: dict[str, str], is_open: bool) -> None:
    """Of many releases most wait for the same decision, and their one line says only that."""
    release = releases.of_text(SEPARATE.replace(', docket: {url: "redis://redis:6379/2"}', ""))
    whole = examine.Request(discover.Options(), answers)
    there, in_a_line = (examine.examine(release, each).plan for each in (whole, whole._replace(in_one_line=True)))
    assert bool(in_a_line.open_questions) is is_open
    assert in_a_line.changes == there.changes
    rules = {notice.rule for notice in there.notices if notice.rule}
    assert rules and {notice.rule for notice in in_a_line.notices if notice.rule} == (set() if is_open else rules)
