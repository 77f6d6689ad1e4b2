"""An answer that was given, a safe default, or none."""

from __future__ import annotations

import pytest

from migrator.errors import UsageError
from migrator.migration import Choice, Question
from migrator.planning.answers import Asking, SavedAnswer, masked_error

QUESTION = Question(
    id="colour.sky",
    group="colour",
    text="Which colour?",
    flag="--colour",
    choices=(Choice("blue", "it is blue"), Choice("grey", "it is grey")),
    default="blue",
)


def test_a_safe_default_is_used_unless_a_person_can_be_asked() -> None:
    assert Asking({})(QUESTION) == "blue"
    assert Asking({})(QUESTION._replace(default=None)) is None
    asked = Asking({}, defaults=False)
    assert asked(QUESTION) is None
    assert [question.id for question in asked.open_questions()] == ["colour.sky"]


def test_the_answer_to_a_question_wins_over_that_of_its_group() -> None:
    both = Asking({"colour": "blue", "colour.sky": "grey"})
    assert both(QUESTION) == "grey"
    assert Asking({"colour": "grey"})(QUESTION) == "grey"
    assert Asking({"colour": "grey"})(QUESTION._replace(group="")) == "blue"
    asked = Asking({"colour": "grey"})
    asked(QUESTION)
    assert (asked.asked["colour.sky"].answer, asked.asked["colour.sky"].given) == ("grey", True)
    asked = Asking({})
    asked(QUESTION)
    assert (asked.asked["colour.sky"].answer, asked.asked["colour.sky"].given) == ("blue", False)


def test_an_answer_that_is_not_a_choice_is_refused_with_the_flag() -> None:
    with pytest.raises(UsageError, match=r"--colour: 'gray' is not one of blue, grey \(did you mean grey\?\)"):
        Asking({"colour": "gray"})(QUESTION)


def test_a_replayed_answer_counts_only_for_the_same_question() -> None:
    fits = SavedAnswer("answers.yaml:3", lambda question: True)
    other = SavedAnswer("answers.yaml:3", lambda question: False)
    asked = Asking({"colour": "grey"}, earlier={"colour": fits})
    assert asked(QUESTION) == "grey"
    assert (asked.asked["colour.sky"].where, asked.asked["colour.sky"].stale) == ("answers.yaml:3", False)
    # An answer to another question leaves this one open, default or not.
    asked = Asking({"colour": "grey"}, earlier={"colour": other})
    assert asked(QUESTION) is None
    found = asked.asked["colour.sky"]
    assert (found.answer, found.given, found.stale) == (None, False, True)
    with pytest.raises(UsageError, match=r"answers\.yaml:3: colour: 'gray' is not one of"):
        Asking({"colour": "gray"}, earlier={"colour": fits})(QUESTION)


def complaint(answer: str) -> str:
    return "" if answer == "right" else f"{answer!r} cannot be used"


@pytest.mark.parametrize(
    ("name", "answer", "hidden", "error"),
    [
        ("docket-url", "right", False, ""),
        ("docket-url", "right", True, ""),
        ("redis-db", "wrong", False, "'wrong' cannot be used"),
        ("docket-secret", "wrong", False, "'wrong' cannot be used"),
        ("docket-password", "wrong", False, "*** cannot be used"),
        ("docket-url", "wrong", True, "the value in the environment cannot be used; give it with --docket-url"),
    ],
)
def test_the_error_about_an_answer_reveals_no_secret(name: str, answer: str, hidden: bool, error: str) -> None:
    problem = masked_error(name, answer, complaint, hidden=hidden)
    assert problem.startswith(error) and bool(problem) == bool(error)
