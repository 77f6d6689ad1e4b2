"""The answers file: decisions written by hand or by `migrate --save-answers`, and read with `--answers`.

answers:              # for every release
  event-logger: remove
releases:             # for one release, by its path; these win
  prod/values.yaml:
    redis-db:
      answer: "2"
      question: 5d1f02aa93c4e6b1      # fingerprint of the question, to recognise a different one of the same name
    docket-url:
      from-env: DOCKET_URL        # not in the file: the answer is in that environment variable
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from migrator import files, yamltext
from migrator.errors import UsageError, did_you_mean
from migrator.migration import Decision, Question
from migrator.planning import catalog
from migrator.planning.answers import SavedAnswer, masked_error
from migrator.values import tree
from migrator.values.edits import Route, Value

if TYPE_CHECKING:
    from migrator.sources.project import Project

_PARTS = {"answer", "from-env", "question"}
_OLD_DIGITS = 12


class FileAnswer(NamedTuple):
    """An answer in the file: the text itself, or the environment variable that holds it.

    `question` is the fingerprint of the question that it answers; empty if it was not recorded.
    """

    answer: str | None
    variable: str
    question: str
    line: int


class Answers(NamedTuple):
    """The contents of an answers file: answers for every release, and for each release that it names.

    `keys` are the release names by each absolute path that they may mean.
    """

    path: str
    common: Mapping[str, FileAnswer]
    releases: Mapping[str, Mapping[str, FileAnswer]]
    lines: Mapping[str, int]  # where each release is named
    keys: Mapping[str, str] = {}

    def names_release(self, name: str) -> str:
        """The key of the release at path `name` in the file; empty if the file does not mention it."""
        return name if name in self.releases else self.keys.get(os.path.realpath(name), "")

    def of_release(self, name: str) -> dict[str, FileAnswer]:
        """The answers for the release at path `name`: the common ones and its own, which win."""
        own = self.releases.get(self.names_release(name), {})
        return {**without_rivals(self.common, own), **own}


class Replay(NamedTuple):
    """The answers of the file as used by a run; `unset` lists those whose environment variable is not set."""

    given: Mapping[str, str]
    earlier: Mapping[str, SavedAnswer]
    unset: tuple[str, ...]


def read(path: str) -> Answers:
    """Read an answers file.

    Raises InputError if it cannot be read or is not YAML, UsageError with the line if something in it is not allowed.
    """
    snapshot = files.read(path)
    stream = yamltext.parse(snapshot.data, path)
    document = stream.documents[0]
    reader = _Reader(path, document)
    if len(stream.documents) > 1:
        reader.refuse((), "has several YAML documents; an answers file has one.")
    for duplicate in document.duplicates():
        reader.refuse(duplicate.route, f"{tree.show(duplicate.route)} is set twice.")
    top = reader.mapping((), "answers and releases")
    for key in top:
        if key not in ("answers", "releases"):
            hint = f" Put it under answers: {key}: ..." if catalog.decision_of(key) is not None else ""
            reader.refuse((key,), f"{key!r} is neither answers nor releases.{hint}")
    releases = reader.mapping(("releases",), "releases by path") if top.get("releases") is not None else {}
    return Answers(
        path,
        reader.answers(("answers",)),
        {name: reader.answers(("releases", name)) for name in releases},
        {name: document.line(("releases", name)) for name in releases},
        _by_whole_path(releases, os.path.dirname(path)),
    )


def _by_whole_path(names: Iterable[str], folder: str) -> dict[str, str]:
    """The names by their absolute path, relative to the current directory or to that folder; the first one wins."""
    found: dict[str, str] = {}
    for name in names:
        for path in (name, os.path.join(folder, name)):
            found.setdefault(os.path.realpath(path), name)
    return found


def of_project(project: Project) -> Answers:
    """The answers in a project file: for all of its releases, and for each by its name.

    Raises UsageError with the line if something in them is not allowed.
    """
    reader = _Reader(project.path, project.document)
    routes: dict[str, Route] = {
        each.name: ("releases", each.number, "answers")
        for each in project.releases
        if tree.get(project.document.data, ("releases", each.number, "answers")) is not None
    }
    return Answers(
        project.path,
        reader.answers(("defaults", "answers")),
        {name: reader.answers(route) for name, route in routes.items()},
        {name: project.document.line(route) for name, route in routes.items()},
    )


def replay(answers: Answers, name: str, flags: Mapping[str, str]) -> Replay:
    """What the file adds to the flags for the release at path `name`: a flag wins, and rules out its rivals too."""
    given: dict[str, str] = {}
    earlier: dict[str, SavedAnswer] = {}
    unset = []
    for question, written in without_rivals(answers.of_release(name), flags).items():
        if question in flags:
            continue
        where = f"{answers.path}:{written.line}"
        answer = os.environ.get(written.variable) if written.variable else written.answer
        if answer is None:
            unset.append(f"{where}: {question} is in the environment variable {written.variable}, which is not set.")
            continue
        given[question] = answer
        fits = _has(written.question) if written.question else _any
        earlier[question] = SavedAnswer(where, fits, hidden=bool(written.variable))
    return Replay(given, earlier, tuple(unset))


def without_rivals(answers: Mapping[str, FileAnswer], winners: Collection[str]) -> dict[str, FileAnswer]:
    """The answers without those that settle what one of the `winners` already settles."""
    settled = {rival for name in winners for rival in catalog.rivals(name)}
    return {name: each for name, each in answers.items() if name not in settled}


def fingerprint(question: Question) -> str:
    """Sixteen hexadecimal digits that depend on the choices and facts behind an answer, not on the question's wording.

    The facts are masked first, so that no secret can be guessed from the digits.
    """

    from migrator.report.mask import unnumbered

    texts = [question.id, *(choice.value for choice in question.choices), *question.facts]
    masked = "\n".join(map(unnumbered, texts))
    return sha256(masked.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def same_as(question: Question) -> Callable[[Question], bool]:
    """A check whether a question is the same as this one: the same choices and facts."""
    return _has(fingerprint(question))


def _has(noted: str) -> Callable[[Question], bool]:
    """A check against a fingerprint; one of twelve digits (an older version's, from the wording) always passes."""
    return (lambda question: fingerprint(question) == noted) if len(noted) != _OLD_DIGITS else _any


def _any(question: Question) -> bool:
    return True


class _Reader:
    """Reads the parts of an answers file from its document, and refuses with its line whatever is not allowed."""

    def __init__(self, path: str, document: yamltext.Document) -> None:
        self._path = path
        self._document = document

    def refuse(self, route: Route, message: str, remedy: str = "") -> NoReturn:
        raise UsageError(message, path=self._path, line=self._document.line(route), remedy=remedy)

    def mapping(self, route: Route, of_what: str) -> dict[str, Value]:
        value = tree.get(self._document.data, route)
        if not isinstance(value, dict):
            what = tree.show(route) if route else "the file"
            self.refuse(route, f"{what} is not a mapping of {of_what}.", "docs/decisions.md shows an answers file.")
        return value

    def answers(self, route: Route) -> dict[str, FileAnswer]:
        if tree.get(self._document.data, route) is None:
            return {}
        found = {}
        for name in self.mapping(route, "questions to answers"):
            decision = catalog.decision_of(name)
            if decision is None:
                known = catalog.questions()
                message = f"there is no question {name!r}{did_you_mean(name, known)}."
                self.refuse((*route, name), message, f"They are {', '.join(known)}.")
            found[name] = self._one((*route, name), decision)
            self._refuse_impossible((*route, name), found[name], decision)
        rivals, what = catalog.conflicting_answers(found)
        if rivals:
            self.refuse((*route, rivals[1]), f"{' and '.join(rivals)} both set {what}: keep one of them.")
        return found

    def _one(self, route: Route, decision: Decision) -> FileAnswer:
        value = tree.get(self._document.data, route)
        line = self._document.line(route)
        if not isinstance(value, dict):
            return FileAnswer(self._text(route), "", "", line)
        for key in value:
            if key not in _PARTS:
                self.refuse((*route, key), f"{key!r} is not one of {', '.join(sorted(_PARTS))}.")
        if ("answer" in value) == ("from-env" in value):
            self.refuse(route, f"{route[-1]} needs either answer or from-env.")
        question = self._text((*route, "question")) if "question" in value else ""
        if "from-env" in value:
            if not decision.may_be_secret:
                allowed = " and ".join(name for name, each in catalog.questions().items() if each.may_be_secret)
                self.refuse(
                    (*route, "from-env"),
                    f"{route[-1]} must not come from the environment; only {allowed} may.",
                    "Write the answer itself here.",
                )
            return FileAnswer(None, self._text((*route, "from-env")), question, line)
        return FileAnswer(self._text((*route, "answer")), "", question, line)

    def _refuse_impossible(self, route: Route, written: FileAnswer, decision: Decision) -> None:
        """Refuse an answer that fits no release's question; answers to a different question are ignored anyway."""
        answer = os.environ.get(written.variable) if written.variable else written.answer
        name = str(route[-1])
        if answer is None or written.question:
            return
        problem = masked_error(name, answer, decision.answer_error, hidden=bool(written.variable))
        if problem:
            self.refuse(route, f"{name}: {problem}.")

    def _text(self, route: Route) -> str:
        value = tree.get(self._document.data, route)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self.refuse(
                route, f"{tree.show(route)} is neither a string nor a whole number.", 'Put it in quotes: "...".'
            )
        return str(value)
