"""The building blocks of migrations. Each entry of `migrations/` uses them to say what it requires of a release.

A step looks at a release's values and yields changes and notices. If a decision is needed, it asks a question and
yields what follows from the answer. It never sees text, offsets, prompts or files.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol, Union

from migrator.errors import did_you_mean
from migrator.values.changes import Change, Location, Notice
from migrator.values.release import Release

BY_SHAPE = "0"
"""The version of a change for which no published release is known: it applies to every release."""


class Choice(NamedTuple):
    """One answer to a question, and what it leads to."""

    value: str
    leads_to: str


def accept_any(answer: str) -> str:
    """The `answer_error` of a question that accepts every answer."""
    return ""


class OneOf:
    """An `answer_error` that accepts only its values."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values

    def __call__(self, answer: str) -> str:
        if answer in self.values:
            return ""
        return f"{answer!r} is none of {', '.join(self.values)}{did_you_mean(answer, self.values)}"


def one_of(*values: str) -> Callable[[str], str]:
    """An `answer_error` that accepts only these values."""
    return OneOf(values)


class Decision(NamedTuple):
    """What is true of the answers to a question for any release, for all code that reads or reports answers.

    `answer_error` says what is wrong with an answer for any release (empty: nothing). `help` describes the question's
    own option (`--ID`), and `metavar` its argument; without `help`, the answer is given as `--answer ID=VALUE`. `label`
    is what a person is asked to type, and `how_to_find` explains, in sentences, how to find it. Decisions that settle
    the same thing (`settles`, a phrase) exclude each other; `alternative_label` is the name of one where another is
    asked for. `leads_to` are those that an answer may lead to, with all that settle the same thing as they do. `scope`
    is "release" if the question is asked for each release, and "redis" if an answer also names one Redis, which several
    releases must not share unnoticed. An answer that `may_be_secret` can be read from an environment variable, and no
    part of it is ever shown. `kept_rule` is the rule that is not reported with a plan that has the answer "keep".
    """

    answer_error: Callable[[str], str]
    help: str = ""
    metavar: str = ""
    label: str = ""
    how_to_find: str = ""
    settles: str = ""
    alternative_label: str = ""
    leads_to: tuple[str, ...] = ()
    scope: Literal["", "release", "redis"] = ""
    may_be_secret: bool = False
    kept_rule: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """All possible answers; empty if the answer is typed."""
        return self.answer_error.values if isinstance(self.answer_error, OneOf) else ()


class Question(NamedTuple):
    """A decision a step needs.

    `choices` is empty if the answer is typed; `answer_error` says what is wrong with one for this release (empty:
    nothing), besides what its Decision says for any. `offers` are answers that a person sees in a list, with what is
    known about each, though others may be typed. `default` is an answer that is safe unattended; `suggestion` is only
    shown to a person. `flag` answers it on the command line; `group` is the id whose answer serves all questions that
    share it. `facts` are what an answer depends on besides the choices, so that a saved answer is not used for a
    different question, whatever the wording. `locations` say where the values in question are; empty if no layer has
    them.
    """

    id: str
    text: str
    flag: str
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    suggestion: str | None = None
    answer_error: Callable[[str], str] = accept_any
    group: str = ""
    offers: tuple[Choice, ...] = ()
    facts: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()


class Ask(Protocol):
    """How a step gets its answers."""

    def __call__(self, question: Question) -> str | None:
        """The answer, or None while there is none: the step then leaves out what depends on it."""

    def given(self, question_id: str) -> str | None:
        """The answer if it was already given; does not ask."""


Outcome = Union[Change, Notice]


def ask_if_given(ask: Ask, question: Question) -> str | None:
    """The answer to a question that is never asked: keeping a value leaves no trace, so it would return in every run.

    None unless the question was answered by its id.
    """
    return ask(question) if ask.given(question.id) is not None else None


Kind = Literal["edit", "by answer", "report"]


def no_changes(release: Release, ask: Ask) -> Iterator[Outcome]:
    """The `run` of a step that only names rules to report."""
    return iter(())


class Step(NamedTuple):
    """One thing a migration does. `versions` are the chart versions it belongs to, if they differ by step.

    An empty version means that the chart never needs the step.

    `part` is whose values it looks at: a release that does not run Prefect is only judged by the steps of Infrahub.
    `kind` is whether it edits, edits only with an answer that is never asked for, or never changes anything.
    `rules` are the ids of rules whose findings, on the result of all steps, are reported with the plan.
    """

    id: str
    title: str
    run: Callable[[Release, Ask], Iterator[Outcome]] = no_changes
    versions: Mapping[str, str] = {}
    part: Literal["prefect", "infrahub"] = "prefect"
    kind: Kind = "edit"
    rules: tuple[str, ...] = ()


class Migration(NamedTuple):
    """What one chart version requires of a values file.

    `versions` maps a chart to the version that introduced the change; a chart that is not listed never needs it.
    `questions` maps the id of each question it may ask to what is true of its answers for any release, to distinguish
    an answer that is not needed from one to an unknown question, and from one that is never valid.
    """

    title: str
    versions: Mapping[str, str]
    steps: tuple[Step, ...]
    questions: Mapping[str, Decision] = {}
