"""A flag, an answers file, an answer at the prompt and a replay all lead to the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.planning import catalog
from tests.prompts.releases import QUESTIONS, UNASKED, QuestionCase
from tests.prompts.terminal import ENTER, Session

Start = Callable[..., Session]
Cli = Callable[..., object]
RELEASES = "tests/prompts/releases.py"


@pytest.mark.parametrize("case", QUESTIONS, ids=[case.question for case in QUESTIONS])
def test_flag_answers_file_and_prompt_give_the_same_bytes(
    migrate: Start, cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, case: QuestionCase
) -> None:
    for name in ("flag.yaml", "file.yaml", "prompt.yaml", "replay.yaml"):
        (tmp_path / name).write_text(case.before)
    (tmp_path / "answers.yaml").write_text(f"answers:\n  {case.entry}\n")

    by_flag = cli("migrate", "flag.yaml", "--non-interactive", *case.flags)
    by_file = cli("migrate", "file.yaml", "--non-interactive", "--answers", "answers.yaml")
    session = migrate("prompt.yaml", "--save-answers", "saved.yaml")
    for prompt, keys in case.keys:
        session.asks(prompt)
        session.type(keys)
    session.asks("Choose")
    session.type(ENTER)
    assert session.ends() == 0
    replayed = cli("migrate", "replay.yaml", "--non-interactive", "--answers", "saved.yaml")

    assert [by_flag[0], by_file[0], replayed[0]] == [0, 0, 0], (by_flag, by_file, replayed)
    after = (tmp_path / "flag.yaml").read_text()
    assert case.expected in after
    assert not case.removed or case.removed not in after
    assert (tmp_path / "file.yaml").read_text() == after
    assert (tmp_path / "prompt.yaml").read_text() == after
    assert (tmp_path / "replay.yaml").read_text() == after


def test_every_question_has_a_case() -> None:
    tried = {word for case in QUESTIONS for word in case.question.replace(" and ", " ").split()}

    missing = set(catalog.questions()) - tried - UNASKED
    assert not missing, f"{missing}: a new question needs a case in QUESTIONS of {RELEASES}, or to be in UNASKED there"


@pytest.mark.parametrize("case", QUESTIONS, ids=lambda case: case.question)
def test_every_offered_choice_is_a_valid_answer(
    cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, case: QuestionCase
) -> None:
    """The check of an answer and the list of choices are separate code."""
    (tmp_path / "values.yaml").write_text(case.before)
    planned = json.loads(cli("plan", "values.yaml", "--format", "json")[1])["files"][0]
    assert planned["questions"]
    known = catalog.questions()
    for question in planned["questions"]:
        decision = known.get(question["id"]) or known[question["id"].partition(".")[0]]
        offered = [choice["value"] for choice in question["choices"]]
        suggested = [question[each] for each in ("suggestion", "default") if question[each] is not None]
        assert [decision.answer_error(value) for value in (*offered, *suggested)] == [""] * len(offered + suggested)
        if offered and not question["id"].startswith("messaging-redis"):
            assert decision.answer_error("something else")


SAFE = {"event-logger": "remove", "restore": "disable"}
"""The safe defaults, used when nobody can be asked. No other answer is safe for a cluster that nobody watches."""
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("case", QUESTIONS, ids=lambda case: case.question)
def test_only_safe_defaults_are_taken_unattended(
    cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, case: QuestionCase
) -> None:
    (tmp_path / "values.yaml").write_text(case.before)
    planned = json.loads(cli("plan", "values.yaml", "--format", "json")[1])["files"][0]
    assert planned["questions"]
    assert [each["default"] for each in planned["questions"]] == [
        SAFE.get(each["id"].partition(".")[0]) for each in planned["questions"]
    ], "a question with a default needs an entry in SAFE, and docs/decisions.md names it"


def test_the_docs_name_the_questions_that_have_a_safe_default() -> None:
    text = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    named = re.search(r"declares safe; (.*?) have one", text)
    assert named is not None
    assert set(re.findall(r"`(.*?)`", named[1])) == SAFE.keys()
