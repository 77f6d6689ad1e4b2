"""Terminals that are narrow, dumb, or without Unicode: readable, nothing broken, and the same file at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.terminal import CTRL_C, DOWN, ENTER, UP, Session
from tests.prompts.texts import AFTER, BEFORE, KEPT
from tests.sources.texts import application

Start = Callable[..., Session]


@pytest.fixture(autouse=True)
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


LINES = {False: DOWN + ENTER, True: "lines\r"}
"""What is typed to see the changed lines: with arrow keys, and (True) at line prompts."""


def review_and_apply(session: Session) -> None:
    """Answer, show the changed lines, and apply them."""
    for prompt, keys in (("Answer", ENTER), ("Database", ENTER), ("Choose", LINES[session.is_dumb])):
        session.asks(prompt)
        session.type(keys)
    session.says("Step 4 of 4")
    session.asks("Choose")
    session.type(ENTER)
    assert session.ends() == 0


def press_enter_to_the_end(session: Session) -> None:
    for prompt in ("Answer", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)
    assert session.ends() == 0


@pytest.mark.parametrize(("rows", "columns"), [(24, 40), (10, 40), (24, 20), (5, 200)])
def test_a_small_window(migrate: Start, values: Path, rows: int, columns: int) -> None:
    press_enter_to_the_end(migrate("values.yaml", rows=rows, columns=columns))

    assert values.read_text(encoding="utf-8") == AFTER


def test_no_word_is_broken_at_forty_columns(migrate: Start) -> None:
    session = migrate("values.yaml", columns=40)
    session.asks("Answer")
    shown = session.text

    for words in ("The old presets turned on the event", "- remove (the safe default): the"):
        assert words in shown
    session.type(CTRL_C)
    assert session.ends() == 130


def test_colour_where_the_terminal_has_it(migrate: Start) -> None:
    session = migrate("values.yaml")
    press_enter_to_the_end(session)

    assert {"green", "red"} <= session.colours()


@pytest.mark.parametrize("how", ["NO_COLOR", "--color never"])
def test_no_colour_if_it_is_turned_off(migrate: Start, values: Path, how: str) -> None:
    session = migrate("values.yaml", NO_COLOR="1") if how == "NO_COLOR" else migrate("values.yaml", "--color", "never")
    press_enter_to_the_end(session)

    assert not {"green", "red", "yellow", "brown"} & session.colours()
    assert "- backgroundServices.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED" in session.text
    assert values.read_text(encoding="utf-8") == AFTER


def test_a_dumb_terminal_gets_line_prompts(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", TERM="dumb", rows=100)
    session.says("1) remove (the safe default)\n  2) keep\nAnswer [remove]:")
    session.type("perhaps\n")
    session.says("'perhaps' is not one of these; back goes back, ? says why, Ctrl-C leaves.")
    session.type("2\n")
    session.says("4  no known user")
    session.says("Database [2]:")
    session.type("1\n")
    session.says("database 1 there is already used by Prefect's messaging")
    session.type("3\n")
    session.says("Choose [apply]:")
    session.type("\n")

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == KEPT
    assert not session.colours()


def test_line_prompts_check_a_typed_answer(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--event-logger", "remove", TERM="dumb", rows=100)
    session.says("Database [2]:")
    session.type("docket-url\n")
    session.says("URL:")
    session.type("back\n")
    session.says("Question 1: redis-db" + "-" * 3)
    session.type("docket-url\n")
    session.says("docket-url, instead")
    session.type("redis://cache/two\n")
    session.says("'redis://cache/two' cannot be used")
    session.type("redis://cache:6379/2\n")
    session.says("Choose [apply]:")
    session.type("apply\n")

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_line_prompts_can_be_quit(migrate: Start, values: Path, keys: str) -> None:
    session = migrate("values.yaml", TERM="dumb", rows=100)
    session.says("Answer [remove]:")
    session.type(keys)

    assert session.ends() == 130
    session.says("nothing was written.")
    assert "Traceback" not in session.text
    assert values.read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii", "LANG": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
    ],
    ids=["encoding", "locale", "locale and dumb"],
)
def test_a_screen_without_unicode(migrate: Start, values: Path, environment: dict[str, str]) -> None:
    session = migrate("values.yaml", rows=100, **environment)
    review_and_apply(session)

    session.says("host: cache # gr\\xf6\\xdfer")
    assert session.text.isascii()
    assert values.read_text(encoding="utf-8") == AFTER


def test_text_from_a_file_cannot_control_the_terminal(migrate: Start, values: Path) -> None:
    values.write_text(BEFORE.replace("größer", "\u202egrößer\u202c"), encoding="utf-8")
    session = migrate("values.yaml")
    review_and_apply(session)

    session.says("host: cache # \\u202egrößer\\u202c")
    assert values.read_text(encoding="utf-8") == AFTER.replace("größer", "\u202egrößer\u202c")


def test_no_credential_is_shown_on_the_screen(migrate: Start, values: Path) -> None:
    """The password is next to what changes, and becomes part of the URL on the screen and in the file."""
    password = "c4n4ry-S3cret"
    values.write_text(BEFORE.replace("db: 1", f"db: 1\n          password: {password}"), encoding="utf-8")
    session = migrate("values.yaml", "--save-answers", "answers.yaml", "--verbose")
    review_and_apply(session)

    session.says("url: redis://:***1@cache:6379/2")
    assert f"redis://:{password}@cache:6379/2" in values.read_text(encoding="utf-8")
    assert password not in session.text
    assert password not in (values.parent / "answers.yaml").read_text(encoding="utf-8")


def test_the_first_of_several_pasted_lines_is_the_answer(migrate: Start, values: Path) -> None:
    values.write_text(BEFORE.replace("host: cache", "host: ${HOST}"), encoding="utf-8")
    session = migrate("values.yaml", "--event-logger", "remove")
    session.asks("Host")
    session.type("\x1b[200~ \nredis.one\nredis.two\n\x1b[201~")
    session.says("Host (Enter; Esc: back, ?: why) redis.one")
    session.type(ENTER)
    session.asks("Database")
    session.type("\x1b[200~3\nperhaps\n\x1b[201~", DOWN, ENTER)  # a list takes no paste
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "url: redis://redis.one:6379/3" in values.read_text(encoding="utf-8")


def test_lines_sent_at_once_to_line_prompts_are_answers_in_turn(migrate: Start, values: Path) -> None:
    values.write_text(BEFORE.replace("host: cache", "host: ${HOST}"), encoding="utf-8")
    session = migrate("values.yaml", "--event-logger", "remove", TERM="dumb", rows=100)
    session.says("Host:")
    session.type("größe\nredis.one\n3\n")
    session.says("that is not a host name")
    session.says("Choose [apply]:")
    session.type("\n")

    assert session.ends() == 0
    assert "url: redis://redis.one:6379/3" in values.read_text(encoding="utf-8")


def test_a_host_that_is_not_ascii_is_refused_at_the_prompt(migrate: Start, values: Path) -> None:
    values.write_text(BEFORE.replace("host: cache", "host: ${HOST}"), encoding="utf-8")
    session = migrate("values.yaml", "--event-logger", "remove")
    session.asks("Host")
    session.type("größe", ENTER)
    session.says("that is not a host name")
    session.asks("Host (Enter; Esc: back, ?: why) größe")
    session.type(CTRL_C)
    assert session.ends() == 130


def test_the_window_may_be_resized_at_a_prompt(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    session.asks("Answer")
    for rows, columns in ((24, 40), (10, 120), (50, 100)):
        session.resize(rows, columns)
        session.type(DOWN, UP)
        session.asks("Answer")
    session.type(ENTER)
    session.asks("Database")
    session.resize(24, 40)
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_values_out_of_sight_are_reported_once_before_the_questions(migrate: Start, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(
        application(
            "valueFiles: [$values/prod.yaml]\nvaluesObject: {infrahub: {prefect-server: {}}}\n", "4.13.0-medium"
        ),
        "utf-8",
    )
    session = migrate("app.yaml", "--redis-host", "redis")
    session.asks("Database")
    shown = " ".join(session.text.split())
    assert shown.index("Read first") < shown.index("Values from $values/prod.yaml") < shown.index("Question 1")
    session.type(ENTER)
    session.asks("Choose")
    assert " ".join(session.text.split()).count("Values from $values/prod.yaml") == 1
    session.type(CTRL_C)
    assert session.ends() == 130
