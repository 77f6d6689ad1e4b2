"""A flag, an entry of the answers file and an answer at the prompt lead to the same bytes, and so does a replay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.planning import catalog
from tests.prompts.releases import QUESTIONS, UNASKED, Asked
from tests.prompts.terminal import ENTER, Session

Start = Callable[..., Session]
Cli = Callable[..., object]


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked.question for asked in QUESTIONS])
def test_flag_file_and_prompt(
    migrate: Start, cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, asked: Asked
) -> None:
    for name in ("flag.yaml", "file.yaml", "prompt.yaml", "replay.yaml"):
        (tmp_path / name).write_text(asked.before)
    (tmp_path / "answers.yaml").write_text(f"answers:\n  {asked.entry}\n")

    by_flag = cli("migrate", "flag.yaml", "--non-interactive", *asked.flags)
    by_file = cli("migrate", "file.yaml", "--non-interactive", "--answers", "answers.yaml")
    session = migrate("prompt.yaml", "--save-answers", "saved.yaml")
    for prompt, keys in asked.keys:
        session.asks(prompt)
        session.type(keys)
    session.asks("Choose")
    session.type(ENTER)
    assert session.ends() == 0
    replayed = cli("migrate", "replay.yaml", "--non-interactive", "--answers", "saved.yaml")

    assert [by_flag[0], by_file[0], replayed[0]] == [0, 0, 0], (by_flag, by_file, replayed)
    after = (tmp_path / "flag.yaml").read_text()
    assert asked.stands in after
    assert not asked.not_without or asked.not_without not in after
    assert (tmp_path / "file.yaml").read_text() == after
    assert (tmp_path / "prompt.yaml").read_text() == after
    assert (tmp_path / "replay.yaml").read_text() == after


def test_every_question_is_tried() -> None:
    tried = {word for asked in QUESTIONS for word in asked.question.replace(" and ", " ").split()}

    assert set(catalog.questions()) <= tried | UNASKED


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.question)
def test_what_a_question_offers_may_be_its_answer(
    cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, asked: Asked
) -> None:
    """What is refused whatever the release stands beside the questions, which say what they offer."""
    (tmp_path / "values.yaml").write_text(asked.before)
    planned = json.loads(cli("plan", "values.yaml", "--format", "json")[1])["files"][0]
    known = catalog.questions()
    for question in planned["questions"]:
        decision = known.get(question["id"]) or known[question["id"].partition(".")[0]]
        offered = [choice["value"] for choice in question["choices"]]
        suggested = [question[each] for each in ("suggestion", "default") if question[each] is not None]
        assert [decision.complaint(value) for value in (*offered, *suggested)] == [""] * len(offered + suggested)
        if offered and not question["id"].startswith("messaging-redis"):
            assert decision.complaint("something else")


SAFE = {"event-logger": "remove", "restore": "disable"}
"""What is answered for somebody who is not there. Nothing else is safe on a cluster that nobody looks at."""
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.question)
def test_only_safe_defaults_are_taken_unattended(
    cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, asked: Asked
) -> None:
    (tmp_path / "values.yaml").write_text(asked.before)
    planned = json.loads(cli("plan", "values.yaml", "--format", "json")[1])["files"][0]
    assert [each["default"] for each in planned["questions"]] == [
        SAFE.get(each["id"].partition(".")[0]) for each in planned["questions"]
    ]


def test_the_docs_name_the_questions_that_have_a_safe_default() -> None:
    text = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    named = re.search(r"declares safe; (.*?) have one", text)
    assert named is not None
    assert set(re.findall(r"`(.*?)`", named[1])) == SAFE.keys()
