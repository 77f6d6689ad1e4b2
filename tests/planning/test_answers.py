"""An answer that was given, a safe default, or none."""

from __future__ import annotations

import pytest

from migrator.errors import UsageError
from migrator.migration import Choice, Question
from migrator.planning.answers import Asking, Earlier, problem_with

QUESTION = Question(
    id="colour.sky",
    group="colour",
    text="Which colour?",
    flag="--colour",
    choices=(Choice("blue", "it is blue"), Choice("grey", "it is grey")),
    default="blue",
)


def test_a_safe_default_answers_unless_a_person_is_to_be_asked() -> None:
    assert Asking({})(QUESTION) == "blue"
    assert Asking({})(QUESTION._replace(default=None)) is None
    asked = Asking({}, defaults=False)
    assert asked(QUESTION) is None
    assert [question.id for question in asked.open_questions()] == ["colour.sky"]


def test_the_questions_own_answer_comes_before_its_groups() -> None:
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


def test_an_answer_that_is_no_choice_is_refused_by_the_flag() -> None:
    with pytest.raises(UsageError, match=r"--colour: 'gray' is not one of blue, grey \(did you mean grey\?\)"):
        Asking({"colour": "gray"})(QUESTION)


def test_an_answer_that_is_replayed_is_used_where_it_was_given_to_this_question() -> None:
    fits = Earlier("answers.yaml:3", lambda question: True)
    other = Earlier("answers.yaml:3", lambda question: False)
    asked = Asking({"colour": "grey"}, earlier={"colour": fits})
    assert asked(QUESTION) == "grey"
    assert (asked.asked["colour.sky"].where, asked.asked["colour.sky"].stale) == ("answers.yaml:3", False)
    # One that was given to another question leaves this one open, default or not.
    asked = Asking({"colour": "grey"}, earlier={"colour": other})
    assert asked(QUESTION) is None
    found = asked.asked["colour.sky"]
    assert (found.answer, found.given, found.stale) == (None, False, True)
    with pytest.raises(UsageError, match=r"answers\.yaml:3: colour: 'gray' is not one of"):
        Asking({"colour": "gray"}, earlier={"colour": fits})(QUESTION)


def complaint(answer: str) -> str:
    return "" if answer == "right" else f"{answer!r} cannot be used"


@pytest.mark.parametrize(
    ("name", "answer", "hidden", "told"),
    [
        ("docket-url", "right", False, ""),
        ("docket-url", "right", True, ""),
        ("redis-db", "wrong", False, "'wrong' cannot be used"),
        ("docket-secret", "wrong", False, "'wrong' cannot be used"),
        ("docket-password", "wrong", False, "*** cannot be used"),
        ("docket-url", "wrong", True, "the value in the environment cannot be used; give it with --docket-url"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_without_a_secret(name: str, answer: str, hidden: bool, told: str) -> None:
    problem = problem_with(name, answer, complaint, hidden=hidden)
    assert problem.startswith(told) and bool(problem) == bool(told)
