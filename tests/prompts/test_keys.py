"""Prompts with arrow keys: the preselected choice, and the keys that go back and ask why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from migrator.prompts.keys import Keys
from migrator.prompts.person import Back, Offer, Why
from tests.prompts.terminal import CTRL_C, DOWN, ENTER, ESC

OFFERS = [Offer("keep", "keep it"), Offer("remove", "take it out")]
Press = Callable[[str], None]


@pytest.fixture
def press() -> Iterator[Press]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe.send_text


def test_enter_takes_the_preselected_choice(press: Press) -> None:
    press(ENTER)
    assert Keys().choose("Answer", OFFERS, "remove") == "remove"


def test_enter_without_a_preselected_choice_is_not_an_answer(press: Press) -> None:
    press(ENTER + ENTER + DOWN + DOWN + ENTER)
    assert Keys().choose("Answer", OFFERS, "") == "remove"


@pytest.mark.parametrize(("keys", "left"), [(ESC, Back), ("?", Why), (CTRL_C, KeyboardInterrupt)])
def test_keys_that_leave_a_prompt_without_a_choice(press: Press, keys: str, left: type[BaseException]) -> None:
    press(keys)
    with pytest.raises(left):
        Keys().choose("Answer", OFFERS, "keep")
    press(keys)
    with pytest.raises(left):
        Keys().type_in("Host", "")


def test_a_question_mark_after_other_text_is_typed(press: Press) -> None:
    press("redis?" + ENTER)
    assert Keys().type_in("Host", "") == "redis?"
