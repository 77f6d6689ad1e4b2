"""What a migration is made of. An entry of `migrations/` says with these words what it asks of a release.

A step looks at a release's values and yields changes and notices; where a decision is needed it asks for the answer by
a question and yields what follows from it. It never sees text, offsets, prompts or files.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol, Union

from migrator.errors import did_you_mean
from migrator.values.changes import Change, Location, Notice
from migrator.values.release import Release

BY_SHAPE = "0"
"""Stands for the version of a change of which no published release is known: every release is judged by it."""


class Choice(NamedTuple):
    """One answer of a question, and what it leads to."""

    value: str
    leads_to: str


def anything(answer: str) -> str:
    """Complains about no answer."""
    return ""


class OneOf:
    """Complains about every answer but its values."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values

    def __call__(self, answer: str) -> str:
        if answer in self.values:
            return ""
        return f"{answer!r} is none of {', '.join(self.values)}{did_you_mean(answer, self.values)}"


def one_of(*values: str) -> Callable[[str], str]:
    """Complains about every answer but these."""
    return OneOf(values)


class Decision(NamedTuple):
    """What holds of the answers to a question whatever the release, for all who take or tell one.

    `complaint` says what is wrong with an answer in any case (empty: nothing). `help` is what the option of its own
    that takes it (`--ID`) does, with `metavar` for what is typed there; without one it is `--answer ID=VALUE`.
    `label` is what a person is asked to type, and `found_by` says in sentences how one finds it out. Decisions of which
    each settles the same (`settles`, in words) rule each other out, and `instead` is what such a one is called where
    another is asked for. `leads_to` are those that an answer may lead to, with all that settle the same as they do.
    `scope` is "release" where each release is asked for itself, and "redis" where an answer names one Redis besides,
    which several releases must not share unseen.
    An answer that `may_be_secret` may be left to an environment variable, and none of it is ever shown.
    `keeps` is the rule that is not told of a plan in which somebody answers "keep".
    """

    complaint: Callable[[str], str]
    help: str = ""
    metavar: str = ""
    label: str = ""
    found_by: str = ""
    settles: str = ""
    instead: str = ""
    leads_to: tuple[str, ...] = ()
    scope: Literal["", "release", "redis"] = ""
    may_be_secret: bool = False
    keeps: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """All the answers there are; empty where one is typed."""
        return self.complaint.values if isinstance(self.complaint, OneOf) else ()


class Question(NamedTuple):
    """A decision a step needs.

    `choices` is empty where an answer is typed; `complaint` says what is wrong with one (empty: nothing). `offers` are
    answers that a person sees in a list, with what is known of each, though others may be typed. `default` is an answer
    that is safe unattended, `suggestion` one that is only put before a person. `flag` answers it on the command line;
    `group` is the id whose answer serves all questions that share it. `facts` are what an answer rests on besides the
    choices, so that one that was saved can be told from one to another question, whatever the words are. `about` says
    where the values stand that it is about; empty where no layer holds them.
    """

    id: str
    text: str
    flag: str
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    suggestion: str | None = None
    complaint: Callable[[str], str] = anything
    group: str = ""
    offers: tuple[Choice, ...] = ()
    facts: tuple[str, ...] = ()
    about: tuple[Location, ...] = ()


class Ask(Protocol):
    """How a step gets its answers."""

    def __call__(self, question: Question) -> str | None:
        """The answer, or None while there is none: the step then leaves out what depends on it."""

    def given(self, question_id: str) -> str | None:
        """The answer if somebody has given it already; nobody is asked for it."""


Outcome = Union[Change, Notice]


def if_given(ask: Ask, question: Question) -> str | None:
    """The answer to a question that nobody is asked: what is kept leaves no trace, so it would come up every time.

    Such a question counts once somebody answers it by its id; until then None.
    """
    return ask(question) if ask.given(question.id) is not None else None


Kind = Literal["edit", "by answer", "report"]


def nothing(release: Release, ask: Ask) -> Iterator[Outcome]:
    """Of a step that only names rules to tell."""
    return iter(())


class Step(NamedTuple):
    """One thing a migration does. `versions` are the chart versions it belongs to, where they differ by step.

    An empty version is a chart that never asks for the step.

    `part` is whose values it looks at: a release that runs no Prefect is judged by the steps of Infrahub only.
    `kind` is whether it edits, edits by an answer only that nobody is asked for, or never changes anything.
    `tells` are the ids of rules that are told with the plan, of what all steps together leave behind.
    """

    id: str
    title: str
    run: Callable[[Release, Ask], Iterator[Outcome]] = nothing
    versions: Mapping[str, str] = {}
    part: Literal["prefect", "infrahub"] = "prefect"
    kind: Kind = "edit"
    tells: tuple[str, ...] = ()


class Migration(NamedTuple):
    """What one chart version asks of a values file.

    `versions` maps a chart to the version that brought the change; a chart that is missing never asks for it.
    `questions` are the ids of all it may ask, each with what holds of its answers whatever the release, so that an
    answer that nothing needs can be told from one that is unknown, and from one that can never be.
    """

    title: str
    versions: Mapping[str, str]
    steps: tuple[Step, ...]
    questions: Mapping[str, Decision] = {}
