"""Asking with arrow keys: what is chosen beforehand, and the keys that go back and ask why."""

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


def test_enter_takes_what_is_chosen_beforehand(press: Press) -> None:
    press(ENTER)
    assert Keys().choose("Answer", OFFERS, "remove") == "remove"


def test_where_nothing_is_chosen_beforehand_enter_alone_is_no_answer(press: Press) -> None:
    press(ENTER + ENTER + DOWN + DOWN + ENTER)
    assert Keys().choose("Answer", OFFERS, "") == "remove"


@pytest.mark.parametrize(("keys", "left"), [(ESC, Back), ("?", Why), (CTRL_C, KeyboardInterrupt)])
def test_keys_that_choose_nothing(press: Press, keys: str, left: type[BaseException]) -> None:
    press(keys)
    with pytest.raises(left):
        Keys().choose("Answer", OFFERS, "keep")
    press(keys)
    with pytest.raises(left):
        Keys().type_in("Host", "")


def test_a_question_mark_in_a_line_is_a_character(press: Press) -> None:
    press("redis?" + ENTER)
    assert Keys().type_in("Host", "") == "redis?"
