"""An answer that was given, a safe default, or none."""

from __future__ import annotations

from migrator.migration import Choice, Question
from migrator.planning.answers import Asking

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
