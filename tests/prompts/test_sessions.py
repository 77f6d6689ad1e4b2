"""Whole sessions: answering, reviewing, changing answers, and what is on disk after each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.terminal import CHANGE, CLEAR, CTRL_C, DOWN, ENTER, ESC, UP, Session
from tests.prompts.texts import AFTER, BEFORE, KEPT
from tests.sources.texts import AFTER as MIGRATED
from tests.sources.texts import VALUES, helm_release

Start = Callable[..., Session]


@pytest.fixture(autouse=True)
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def go_to_final_choice(session: Session) -> None:
    """Take what is suggested, up to the choice whether to apply it."""
    session.asks("Answer")
    session.type(ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")


def test_the_report_says_who_decided(migrate: Start, tmp_path: Path) -> None:
    session = migrate("values.yaml", "--event-logger", "remove", "--report", "done.json")
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)
    assert session.ends() == 0
    session.says("report written to done.json")
    (file,) = json.loads((tmp_path / "done.json").read_text(encoding="utf-8"))["files"]
    assert {each["id"]: each["by"] for each in file["questions"]} == {"event-logger": "flag", "redis-db": "person"}


def test_a_whole_session_from_the_first_question_to_the_written_file(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", PYTHONUTF8="1")  # so a new Python is started for it
    session.asks("Answer")
    session.says("chart infrahub-enterprise (from the path of the Prefect values, infrahub.prefect-server)")
    session.says("v4_14_0_prefect_docket: one docket, separate services")
    session.says("v4_14_1_prometheus_multiproc: metrics directory")
    session.says(
        "- remove (the safe default): the toggle is removed and these log lines stop; nothing else depends on them."
    )
    session.type(ENTER)
    session.asks("Database")
    session.says("> event-logger = remove")
    session.type(ENTER)
    session.asks("Choose")
    session.says("> redis-db = 2")
    session.says("What would change: 5 changes in values.yaml")
    session.says("2. give both deployments one docket (v4_14_0_prefect_docket)")
    session.says('+ backgroundServices.messaging.docket.url: "redis://cache:6379/2" (required)')
    session.says("backgroundServices.env.PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED (a pod changes)")
    assert "effect:" not in session.text
    session.type(DOWN, ENTER)
    session.says("Step 2 of 4: give both deployments one docket (v4_14_0_prefect_docket)")
    session.says("host: cache # größer db: 1 + docket: + url: redis://cache:6379/2")
    session.says("effect: required, or the release breaks")
    session.says("effect: a pod changes")
    session.says("effect: pods restart, behaviour unchanged")
    session.says("Give each Prefect installation its own Redis database")
    session.asks("Choose")
    assert values.read_text(encoding="utf-8") == BEFORE
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER
    backups = [path for path in values.parent.iterdir() if path != values]
    assert [path.read_text(encoding="utf-8") for path in backups] == [BEFORE]
    session.says(f"backup: {backups[0]}")
    session.says("infrahub-migrator undo values.yaml")
    session.says(
        "helm upgrade RELEASE REPO/infrahub-enterprise --version 4.18.0-medium --namespace NAMESPACE -f values.yaml"
    )
    session.says("Never use --reuse-values")
    session.says("helm rollback RELEASE --namespace NAMESPACE")


def test_databases_in_use_are_listed_with_their_user_and_not_offered(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.says("In use there: 0 by the Infrahub cache, 1 by Prefect's messaging.")
    session.says("> 2 no known user, suggested 3 no known user 4 no known user another number")
    session.type(UP, DOWN, DOWN, ENTER)  # up from 2 wraps round to the end of the list: 0 and 1 cannot be chosen
    session.asks("Choose")
    session.says("> redis-db = 3")
    session.type(ENTER)

    assert session.ends() == 0
    assert "redis://cache:6379/3" in values.read_text(encoding="utf-8")


def test_a_typed_database_number_is_checked(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.type(UP, UP, UP, ENTER)
    session.asks("Database (Enter")
    session.type(ESC)
    session.asks("Database (arrows")
    session.type(UP, UP, UP, ENTER)
    session.asks("Database (Enter")
    session.type("1", ENTER)
    session.says("database 1 there is already used by Prefect's messaging")
    session.asks("Database (Enter; Esc: back, ?: why) 1")
    session.type(CLEAR, "two", ENTER)
    session.says("'two' is not a database number (0, 1, 2 and so on)")
    session.asks("Database (Enter; Esc: back, ?: why) two")
    session.type(CLEAR, "17", ENTER)
    session.asks("Choose")
    session.says("docket-database: the docket is in database 17; a server has 0 to 15 by")
    session.type(ENTER)

    assert session.ends() == 0
    assert "redis://cache:6379/17" in values.read_text(encoding="utf-8")


def test_an_answer_can_be_changed_before_anything_is_written(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_final_choice(session)
    session.type(CHANGE)
    session.asks("Which")
    session.says("> event-logger = remove redis-db = 2 none of them")
    session.type(ENTER)
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.asks("Choose")
    session.says("> event-logger = keep")
    session.type(CHANGE)
    session.asks("Which")
    session.type(DOWN, ENTER)
    session.asks("Database")
    session.says("> 2 no known user, suggested")
    session.type(DOWN, ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == KEPT


def test_choosing_to_change_none_of_the_answers_changes_nothing(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_final_choice(session)
    session.type(CHANGE)
    session.asks("Which")
    session.type(UP, ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_steps_can_be_walked_in_both_directions_and_not_skipped(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", rows=24)
    go_to_final_choice(session)
    session.type(DOWN, DOWN, ENTER)
    session.asks("Step 1 of 4")
    session.says("half a migration would fail on the cluster")
    session.says("> next step\n   back to the choice")
    session.type(ENTER)
    session.asks("Step 2 of 4")
    session.says("+ url: redis://cache:6379/2")
    session.type(DOWN, ENTER)
    session.asks("Step 1 of 4")
    session.type(ENTER)
    session.asks("Step 2 of 4")
    session.type(ENTER)
    session.asks("Step 3 of 4")
    session.type(ENTER)
    session.asks("Step 4 of 4")
    session.type(ENTER)
    session.asks("Choose")
    assert values.read_text(encoding="utf-8") == BEFORE
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_the_whole_result_can_be_read_first(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_final_choice(session)
    session.type(DOWN, DOWN, DOWN, ENTER)
    session.says("values.yaml, as it would be")
    session.asks("Choose")
    shown = [
        f"{number:>4} {'+' if number in (10, 11, 20, 21, 23, 24) else ' '} {line}"
        for number, line in enumerate(AFTER.splitlines(), 1)
    ]
    assert "\n".join(shown) in session.text
    session.type(ENTER)

    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_stopping_at_the_final_choice_leaves_the_file(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml")
    go_to_final_choice(session)
    session.type(UP, ENTER)

    assert session.ends() == 130
    session.says("left as it is; nothing was written.")
    assert values.read_text(encoding="utf-8") == BEFORE
    assert list(values.parent.iterdir()) == [values]


def test_a_migrated_file_asks_nothing(migrate: Start, values: Path) -> None:
    values.write_text(AFTER, encoding="utf-8")
    session = migrate("values.yaml")

    assert session.ends() == 0
    assert "Question" not in session.text
    assert values.read_text(encoding="utf-8") == AFTER


def test_a_dry_run_asks_shows_and_writes_nothing(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--dry-run")
    session.asks("Answer")
    session.type(ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.says("> finish: a dry run writes nothing")
    session.type(ENTER)

    assert session.ends() == 0
    session.says('docket.url: "redis://cache:6379/2"')
    session.says("dry run: nothing was written.")
    assert list(values.parent.iterdir()) == [values]


def test_credentials_stay_off_the_screen(migrate: Start, values: Path) -> None:
    values.write_text(BEFORE.replace("db: 1", 'db: 1\n          password: "Tr0ub4dor&3"'), encoding="utf-8")
    session = migrate("values.yaml", rows=60)
    go_to_final_choice(session)
    session.type(DOWN, DOWN, DOWN, ENTER)
    session.says("as it would be")
    session.asks("Choose")
    assert "Tr0ub4dor" not in session.text
    assert "redis://:***" in session.text
    session.type(ENTER)

    assert session.ends() == 0
    assert "redis://:Tr0ub4dor%263@cache:6379/2" in values.read_text(encoding="utf-8")
    assert "Tr0ub4dor" not in session.text


def test_a_flux_release_gets_the_next_steps_of_flux(migrate: Start, values: Path) -> None:
    """The version comes from the object, without --from, and nobody should run helm upgrade."""
    values.write_text(helm_release(VALUES), encoding="utf-8")
    session = migrate("values.yaml", columns=120)
    session.asks("Database")
    session.says("- flavour medium (from the version, 4.13.0-medium)")
    session.type(ENTER)
    session.asks("Choose")
    session.says("5. move the chart version")
    session.type(ENTER)

    assert session.ends() == 0
    assert "helm upgrade" not in session.text
    session.says("Commit and push values.yaml. Flux then upgrades values and chart together.")
    assert values.read_text(encoding="utf-8") == helm_release(MIGRATED, "4.18.0-medium")


@pytest.mark.parametrize("pager", ["sed 's/^/| /'", "no-such-pager", ""])
def test_the_changed_lines_open_in_the_chosen_pager(migrate: Start, values: Path, pager: str) -> None:
    session = migrate("values.yaml", rows=100, PAGER=pager)
    go_to_final_choice(session)
    session.type(DOWN, ENTER)
    lead = "| " if pager.startswith("sed") else ""
    session.says(f'{lead}Step 4 of 4: set the metrics directory to ""')
    session.asks("Choose")
    session.type(CTRL_C)
    assert session.ends() == 130


def test_ctrl_c_in_the_pager_goes_to_the_pager(migrate: Start, values: Path) -> None:
    stays = "sh -c 'trap \"echo heard over; exit\" INT; cat; sleep 600 & wait'"
    session = migrate("values.yaml", rows=100, PAGER=stays)
    go_to_final_choice(session)
    session.type(DOWN, ENTER)
    session.says("Step 4 of 4")
    session.type(CTRL_C)
    session.says("heard over")
    session.asks("Choose")
    session.type(ENTER)
    assert session.ends() == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_plain_uses_line_prompts_on_any_terminal(migrate: Start, values: Path) -> None:
    session = migrate("values.yaml", "--plain", rows=100, PAGER="no-such-pager")
    session.says("1) remove (the safe default)\n  2) keep\nAnswer [remove]:")
    session.type("2\n")
    session.says("Database [2]:")
    session.type("back\n")
    session.says("Answer [keep]:")
    session.type("\n")
    session.says("> event-logger = keep Question 2: redis-db")
    session.type("7\n")
    session.says("> redis-db = 7")
    session.says("Choose [apply]:")
    session.type("lines\n")
    session.says("Step 4 of 4")
    session.type("\n")
    assert session.ends() == 0
    assert "url: redis://cache:6379/7" in values.read_text(encoding="utf-8")
