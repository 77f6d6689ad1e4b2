"""From a release and answers to a plan: pure data in, pure data out, deterministic."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from migrator.migration import Question, Step
from migrator.planning.answers import Asked, Asking
from migrator.planning.catalog import KnownMigration, Selected, declared
from migrator.values.changes import Change, Notice
from migrator.values.edits import Edit
from migrator.values.release import Release


class PlannedStep(NamedTuple):
    """What one step wants: its changes apply to the release as the previous steps left it."""

    known: KnownMigration
    step: Step
    changes: tuple[Change, ...]

    def edits(self, layer: int) -> list[Edit]:
        """The step's edits in that layer."""
        return [change.edit for change in self.changes if change.layer == layer]


class Plan(NamedTuple):
    """Everything a run would do to a release, and everything it needs to know for it."""

    start: Release
    result: Release
    steps: tuple[PlannedStep, ...]
    asked: tuple[Asked, ...]
    notices: tuple[Notice, ...]
    waiting: frozenset[str] = frozenset()  # the ids of the migrations whose steps wait for an answer

    @property
    def changes(self) -> list[Change]:
        return [change for step in self.steps for change in step.changes]

    @property
    def open_questions(self) -> list[Question]:
        """What must still be decided before the plan is complete."""
        return [asked.question for asked in self.asked if asked.answer is None]

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to change and nothing to decide."""
        return not self.changes and not self.open_questions


def make_plan(release: Release, selected: Sequence[Selected], ask: Asking, *, in_one_line: bool = False) -> Plan:
    """Run the selected steps in order, each on the result of the previous one.

    Then the rules that they name report what they find; with `in_one_line` only if no question is open.
    """
    here = release
    planned: list[PlannedStep] = []
    notices: list[Notice] = []
    waiting: set[str] = set()
    for known, step in selected:
        open_before = {question.id for question in ask.open_questions()}
        outcomes = list(step.run(here, _AskOf(known, ask)))
        if any(question.id not in open_before for question in ask.open_questions()):
            waiting.add(known.id)
        changes = tuple(outcome for outcome in outcomes if isinstance(outcome, Change))
        notices += [outcome for outcome in outcomes if isinstance(outcome, Notice)]
        if changes:
            here = here.edited([(change.layer, change.edit) for change in changes])
            planned.append(PlannedStep(known, step, changes))
    checks_rules = not (in_one_line and ask.open_questions())
    rule_ids = {rule for _, step in selected for rule in step.rules} if checks_rules else set()
    for known, _ in selected:
        rule_ids -= {each.kept_rule for name, each in known.migration.questions.items() if ask.given(name) == "keep"}
    return Plan(
        start=release,
        result=here,
        steps=tuple(planned),
        asked=tuple(ask.asked.values()),
        notices=tuple(dict.fromkeys([*notices, *_by_rules(here, rule_ids)])),
        waiting=frozenset(waiting),
    )


class _AskOf(NamedTuple):
    """How the steps of one migration get their answers."""

    known: KnownMigration
    asking: Asking

    def __call__(self, question: Question) -> str | None:
        return self.asking(declared(self.known, question))

    def given(self, question_id: str) -> str | None:
        return self.asking.given(question_id)


def _by_rules(result: Release, ids: Collection[str]) -> Iterator[Notice]:
    """What the rules with these ids say about the result, located in the layers as they were read."""
    if not ids:
        return
    from migrator import rules  # on demand: most releases need none of them

    for rule, breach in rules.breaches(result, ids):
        text, layer = f"{breach.text}. {breach.remedy}", max(breach.layer, 0)
        route = result.at_start(layer, breach.route) if breach.in_file else ()
        yield Notice(text, rule.severity, layer, route, rule.id)
