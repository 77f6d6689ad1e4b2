"""`--save-answers`: the decisions of a run, written in a form that `--answers` reads."""

from __future__ import annotations

import json
import os
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from migrator import files
from migrator.errors import InputError, UsageError
from migrator.files import writing
from migrator.migration import Question
from migrator.planning import catalog
from migrator.planning.answers import Asked
from migrator.prompts.answers_file import fingerprint
from migrator.report.mask import Mask, visible

_FIRST_LINE = "# Answers for infrahub-migrator."
_COLUMNS = 110


class Saved(NamedTuple):
    """A decision to write; `question` is None if no question asked for it."""

    answer: str
    question: Question | None = None


class Recorder:
    """Collects the decisions for each release, and writes them to `path` at the end.

    Raises UsageError at once if `path` is a file that is not an answers file of this program: it would be overwritten.
    """

    def __init__(self, path: str, inputs: Sequence[str], options: Sequence[str], *, output: str, program: str) -> None:
        self._path = path
        self._program = program
        self._inputs = inputs
        self._options = options
        self._releases: dict[str, dict[str, Saved]] = {}
        self._written = b""
        self.has_failed = False
        _refuse_to_replace(path, inputs, output)

    def note(self, release: str, asked: Sequence[Asked], given: Mapping[str, str]) -> None:
        """Record the current decisions for a release, in place of those recorded before."""
        found = {each.question.id: Saved(each.answer, each.question) for each in asked if each.answer is not None}
        for name in catalog.NAMES:
            if name in given and name not in found:
                found[name] = Saved(given[name])
        self._releases[release] = found

    def save(self) -> bool:
        """Write the file if there is anything to write; returns whether there was. Raises WriteError if it fails."""
        releases = {name: kept for name, kept in self._releases.items() if kept}
        if not releases:
            return False
        alone = len(self._releases) == 1 and len(self._inputs) == 1 and not os.path.isdir(self._inputs[0])
        words = ["migrate", *self._inputs, *self._options, "--answers", self._path, "--non-interactive"]
        lines = _lines(releases, f"{self._program} {shlex.join(words)}", alone=alone)
        data = "".join(line + "\n" for line in lines).encode("utf-8", "replace")
        if data != self._written:
            self.has_failed = True
            writing.create(self._path, data, like=None)
            self.has_failed = False
            self._written = data
        return True


def _refuse_to_replace(path: str, inputs: Sequence[str], output: str) -> None:
    if any(os.path.realpath(path) == os.path.realpath(name) for name in inputs):
        raise UsageError("--save-answers would overwrite the values file.", path=path, remedy="Name another file.")
    if output and os.path.realpath(path) == os.path.realpath(output):
        raise UsageError("--save-answers and --output are the same file.", path=path, remedy="Name another file.")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"--save-answers cannot write there: {folder} is not a directory.", path=path)
    if not os.path.lexists(path):
        return
    try:
        is_ours = files.read(path).data.startswith(_FIRST_LINE.encode())
    except InputError as error:
        raise UsageError(f"--save-answers cannot write there: it {error.message}", path=path) from error
    if not is_ours:
        remedy = "Name a file that does not exist yet, or one that --save-answers wrote."
        raise UsageError("--save-answers would replace a file that it did not write.", path=path, remedy=remedy)


def _lines(releases: Mapping[str, Mapping[str, Saved]], command: str, *, alone: bool) -> Iterator[str]:
    yield _FIRST_LINE
    yield f"# Replay them with: {visible(command)}"
    yield (
        "# A flag on the command line overrides this file. `question` identifies the question that was answered: if it"
    )
    yield "# no longer matches, the answer is not used, and you are told."
    variables = _variables(releases)
    yield ""
    if alone:
        yield "answers:"
        for name, kept in releases.items():
            yield from _answers(kept, "  ", variables[name])
        return
    alike = _alike(releases)
    if alike:
        yield "answers:"
        yield from _answers(alike, "  ", {})
    own = {
        name: {question: decision for question, decision in kept.items() if question not in alike}
        for name, kept in releases.items()
    }
    if any(own.values()):
        yield "releases:"
    for name, kept in own.items():
        if kept:
            yield f"  {_quoted(name)}:"
            yield from _answers(kept, "    ", variables[name])


def _alike(releases: Mapping[str, Mapping[str, Saved]]) -> dict[str, Saved]:
    """What all releases were asked and answered in the same way; answers that name a Redis stay with each release."""
    first, *others = releases.values()
    return {
        name: decision
        for name, decision in first.items()
        if others and not catalog.is_per_release(name) and all(_is_same(decision, each.get(name)) for each in others)
    }


def _is_same(decision: Saved, other: Saved | None) -> bool:
    if decision.question is None or other is None or other.question is None:
        return False
    return decision.answer == other.answer and fingerprint(decision.question) == fingerprint(other.question)


def _answers(kept: Mapping[str, Saved], indent: str, variables: Mapping[str, str]) -> Iterator[str]:
    for name, (answer, question) in kept.items():
        yield from _comment(name, answer, question, indent)
        if name in variables:
            yield f"{indent}# It contains a credential, so it is not written here: put it into {variables[name]}."
        yield f"{indent}{name}:"
        if name in variables:
            yield f"{indent}  from-env: {variables[name]}"
        else:
            yield f"{indent}  answer: {_quoted(answer)}"
        if question is not None:
            yield f"{indent}  question: {_quoted(fingerprint(question))}"


def _comment(name: str, answer: str, question: Question | None, indent: str) -> Iterator[str]:
    """The question, and the effect of the answer."""

    mask = Mask()
    texts = [mask.text(question.text) if question is not None else catalog.NAMES[name]]
    choices = question.choices if question is not None else ()
    texts += [f"{each.value}: {mask.text(each.leads_to)}." for each in choices if each.value == answer]
    for text in texts:
        lead = f"{indent}# "
        yield from textwrap.wrap(
            visible(text), _COLUMNS, initial_indent=lead, subsequent_indent=lead, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip


def _variables(releases: Mapping[str, Mapping[str, Saved]]) -> dict[str, dict[str, str]]:
    """For each release, by question id, the environment variables for answers that contain a credential."""
    used: set[str] = set()
    found: dict[str, dict[str, str]] = {}
    for release, kept in releases.items():
        found[release] = {}
        for name, (answer, question) in kept.items():
            choices = [(each.value, each.leads_to) for each in question.choices] if question is not None else []
            if Mask().answer(name, answer, choices) == answer:
                continue
            base = "".join(sign if sign.isalnum() else "_" for sign in name).upper()
            numbered = (base if number == 1 else f"{base}_{number}" for number in count(1))
            variable = next(each for each in numbered if each not in used)
            used.add(variable)
            found[release][name] = variable
    return found


def _quoted(text: str) -> str:
    """The text in double quotes, valid in both JSON and YAML."""
    return json.dumps(text, ensure_ascii=False)
