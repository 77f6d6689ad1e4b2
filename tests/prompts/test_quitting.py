"""Quitting at any moment: nothing written, exit 130, no traceback, and decisions saved with --save-answers."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from migrator.cli import output
from migrator.report.records import FileReport
from tests.prompts.terminal import CHANGE, CTRL_C, CTRL_D, DOWN, ENTER, ESC, UP, Session
from tests.prompts.texts import AFTER, BEFORE

Start = Callable[..., Session]

# The prompts in the order of a session, and the keys that lead to the next one.
PROMPTS = [
    ("Answer", ENTER),
    ("Database", UP + UP + ENTER),
    ("URL", "redis://cache:6379/2" + ENTER),
    ("Choose", DOWN + DOWN + ENTER),
    ("? Step 1 of 4", ENTER),
    ("? Step 2 of 4", DOWN + DOWN + ENTER),
    ("Choose", CHANGE),
    ("Which", ""),
]


@pytest.fixture(autouse=True)
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def go_to_prompt(session: Session, number: int) -> None:
    for prompt, keys in PROMPTS[:number]:
        session.asks(prompt)
        session.type(keys)
    session.asks(PROMPTS[number][0])


def assert_nothing_was_written(session: Session, values: Path) -> None:
    session.says("nothing was written.")
    assert "Traceback" not in session.text
    assert values.read_text(encoding="utf-8") == BEFORE
    assert list(values.parent.iterdir()) == [values]


@pytest.mark.parametrize("number", range(len(PROMPTS)), ids=[f"{n} {name}" for n, (name, _) in enumerate(PROMPTS)])
def test_ctrl_c_at_every_prompt(migrate: Start, values: Path, number: int) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, number)
    session.type(CTRL_C)

    assert session.ends() == 130
    assert_nothing_was_written(session, values)


def test_esc_goes_back_and_never_quits(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, 0)
    session.type(ESC)
    session.says("There is no question before this. Ctrl-C leaves without writing.")
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.asks("Database")
    session.type(ESC)
    session.asks("Answer")
    session.says("> keep")  # the list starts at the earlier answer
    session.type(ENTER)
    session.asks("Database")
    session.type(UP, UP, ENTER)
    session.asks("URL")
    session.type(ESC)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ESC)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(DOWN, DOWN, ENTER)
    session.asks("Step 1 of 4")
    session.type(ESC)
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.type(ESC)
    session.asks("Choose")
    session.type(CTRL_C)

    assert session.ends() == 130
    assert_nothing_was_written(session, values)


def test_a_question_mark_says_how_to_find_the_answer(migrate: Start, values: Path) -> None:
    values.write_text(values.read_text("utf-8").replace("host: cache", "host: '${REDIS}'"), "utf-8")
    session = migrate("values.yaml", "--event-logger", "remove")
    session.asks("Host")
    session.type("?")
    session.says("kubectl get services --namespace NAMESPACE")
    session.asks("Host")


def test_a_question_mark_says_why_and_asks_again(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    session.asks("Answer")
    session.type("?")
    session.says("Prefect's background services share one docket on Redis")
    session.says("https://docs.prefect.io/v3/advanced/self-hosted")
    session.asks("Answer")
    session.type(ENTER)
    session.asks("Database")
    session.type(UP, UP, ENTER)
    session.asks("URL")
    session.type("redis://cache:6379/2?x")  # after other text it is an ordinary character
    session.type(CTRL_C)

    assert session.ends() == 130
    assert_nothing_was_written(session, values)


def test_alt_with_a_key_is_not_esc(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, 2)
    session.type("redis://cache:6379/2" + ESC + "b" + ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_the_end_of_input_quits(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, 2)
    session.type(CTRL_D)

    assert session.ends() == 130
    assert_nothing_was_written(session, values)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_closed_terminal_quits(migrate: Start, values: Path, number: int) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, number)

    assert session.hang_up() == 130
    assert values.read_text(encoding="utf-8") == BEFORE
    assert list(values.parent.iterdir()) == [values]


@pytest.mark.parametrize("kind", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_quits(migrate: Start, values: Path, kind: signal.Signals) -> None:
    session = migrate("values.yaml")
    go_to_prompt(session, 3)
    session.signal(kind)

    assert session.ends() == 130
    assert_nothing_was_written(session, values)


@pytest.mark.parametrize("kind", [signal.SIGHUP, signal.SIGTERM])
def test_a_repeated_signal_is_handled_once(migrate: Start, values: Path, kind: signal.Signals) -> None:
    """A closed terminal is noticed more than once: by the end of input, and by a signal that may come later."""
    session = migrate("values.yaml", "--save-answers", "answers.yaml")
    go_to_prompt(session, 3)
    session.signal_until_the_end(kind)

    assert session.ends() == 130
    assert values.read_text(encoding="utf-8") == BEFORE
    assert "redis://" in (values.parent / "answers.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("leave", ["ctrl-c", "hang up", "stop"])
def test_decisions_are_saved_on_quitting_and_can_be_resumed(
    migrate: Start, cli: Callable[..., object], values: Path, leave: str
) -> None:
    session = migrate("values.yaml", "--save-answers", "answers.yaml")
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.asks("Database")
    if leave == "stop":
        session.type(ENTER)
        session.asks("Choose")
        session.type(UP, ENTER)
        assert session.ends() == 130
    elif leave == "ctrl-c":
        session.type(CTRL_C)
        assert session.ends() == 130
        session.says("answers saved in answers.yaml")
    else:
        assert session.hang_up() == 130
    assert values.read_text(encoding="utf-8") == BEFORE

    again = migrate("values.yaml", "--answers", "answers.yaml")
    if leave != "stop":
        again.asks("Database")
        again.type(ENTER)
    again.asks("Choose")
    again.type(ENTER)
    assert again.ends() == 0
    text = values.read_text(encoding="utf-8")
    assert "redis://cache:6379/2" in text
    assert "EVENT_LOGGER_ENABLED" in text


@pytest.mark.parametrize("left_at", ["Database", "Choose"])
def test_quitting_at_one_of_several_releases_writes_none(migrate: Start, tmp_path: Path, left_at: str) -> None:
    second = BEFORE.replace("host: cache", "host: other")
    (tmp_path / "second.yaml").write_text(second, encoding="utf-8")
    session = migrate("values.yaml", "second.yaml", "--event-logger", "remove", "--save-answers", "answers.yaml")
    session.asks("Database")
    session.type(ENTER)
    session.says("second.yaml:16")
    session.asks("Database")
    if left_at == "Choose":
        session.type(ENTER)
        session.says("2 releases: what now?")
        session.asks("Choose")
    session.type(CTRL_C)

    assert session.ends() == 130
    session.says("interrupted; nothing was written.")
    assert (tmp_path / "values.yaml").read_text(encoding="utf-8") == BEFORE
    assert (tmp_path / "second.yaml").read_text(encoding="utf-8") == second
    assert '"values.yaml":' in (tmp_path / "answers.yaml").read_text(encoding="utf-8")


def test_an_interrupt_names_the_files_that_were_written(
    cli: Callable[..., tuple[int, bytes, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "second.yaml").write_text(BEFORE.replace("host: cache", "host: other"), encoding="utf-8")
    deliver = output.deliver

    def interrupted(ready: Sequence[output.Ready], session: Any) -> list[FileReport]:
        if ready[0].bundle.name == "second.yaml":
            raise KeyboardInterrupt
        return deliver(ready, session)

    monkeypatch.setattr(output, "deliver", interrupted)
    code, _, err = cli("migrate", "values.yaml", "second.yaml", "--redis-db", "2", "--non-interactive")

    assert code == 130
    assert b"interrupted; values.yaml had already been written, and nothing else was." in err
    assert (tmp_path / "values.yaml").read_text(encoding="utf-8") == AFTER
