"""Answers that depend on each other: changing one asks again for those whose question changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.releases import BUNDLED, HIDDEN_PASSWORD, TRIGGERS_OFF, separate
from tests.prompts.terminal import CHANGE, CLEAR, CTRL_C, DOWN, ENTER, UP, Session

Start = Callable[..., Session]


def write_values(folder: Path, text: str) -> Path:
    path = folder / "values.yaml"
    path.write_text(text)
    return path


def test_another_host_asks_for_the_database_again(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, separate("host: ${HOST}"))
    session = migrate("values.yaml")
    session.asks("Host")
    session.type(ENTER)
    session.says("an answer is needed")
    session.asks("Host")
    session.type("redis:6379", ENTER)
    session.says("that is not a host name: give only the name or address")
    session.asks("Host (Enter; Esc: back, ?: why) redis:6379")
    session.type(CLEAR, "one", ENTER)
    session.asks("Database")
    session.says("Which database of the Redis at one:6379")
    session.type(DOWN, ENTER)
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.type(ENTER)
    session.asks("Host (Enter; Esc: back, ?: why) one")
    session.type(CLEAR, "two", ENTER)
    session.asks("Database")
    session.says("The earlier answer was to a different question of this name: it is not used.")
    session.says("Which database of the Redis at two:6379")
    session.says("> 3 no known user")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "url: redis://two:6379/3" in path.read_text()
    assert "one" not in path.read_text()


def test_the_release_name_can_be_changed_once_it_is_answered(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, BUNDLED)
    session = migrate("values.yaml", "--answer", "docket-password=reference", "--namespace", "prod")
    session.asks("Release")
    session.type("infra", ENTER)
    session.asks("Database")
    session.says("1 by Prefect's messaging")
    session.type(ENTER)
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.says("release-name = infra")
    session.type(DOWN, DOWN, ENTER)
    session.asks("Release (Enter; Esc: back, ?: why) infra")
    session.type(CLEAR, "hub", ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "@hub-redis-headless.prod.svc.cluster.local:6379/2" in path.read_text()
    session.says("helm upgrade hub REPO/infrahub --version 4.32.0 --namespace prod -f values.yaml")
    session.says("helm rollback hub --namespace prod")


def test_a_flag_for_all_toggles_can_be_changed_for_one(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, separate(background=TRIGGERS_OFF))
    session = migrate("values.yaml", "--custom-toggles", "keep", "--redis-db", "2")
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.says("> custom-toggles.background.TRIGGERS = keep")
    session.type(ENTER)
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "TRIGGERS" not in path.read_text()


def test_from_a_secret_back_to_a_reference(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, separate("host: cache\n        existingSecret: redis"))
    session = migrate("values.yaml")
    session.asks("Answer")
    session.says("> (nothing chosen yet)")
    session.type(DOWN, DOWN, ENTER)
    session.asks("How")
    session.type(ENTER)
    session.asks("Secret")
    session.type("No Name", ENTER)
    session.says("'No Name' is not the NAME or NAME:KEY of a Secret")
    session.asks("Secret (Enter; Esc: back, ?: why) No Name")
    session.says("That settles redis-db, too.")
    session.type(CLEAR, "docket", ENTER)
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.says("> docket-password = secret docket-secret = docket none of them")
    session.type(ENTER)
    session.asks("Answer")
    session.type(UP, ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "url: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@cache:6379/2" in path.read_text()
    assert "existingSecret: docket" not in path.read_text()


def test_the_command_that_creates_the_secret_precedes_the_upgrade(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, HIDDEN_PASSWORD)
    session = migrate("values.yaml", "--docket-secret", "docket:url", "--namespace", "prod", "--release-name", "infra")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert "existingSecret: docket" in path.read_text()
    created = (
        "kubectl create secret generic docket --namespace prod --from-literal=url=redis://USER:PASSWORD@cache:6379/N"
    )
    text = "".join(session.text.split())
    assert 0 < text.index("".join(created.split())) < text.index("helmupgradeinfraREPO/infrahub")


@pytest.mark.parametrize("moved", [True, False])
def test_a_replay_that_no_longer_fits_asks_only_what_changed(
    migrate: Start, cli: Callable[..., object], tmp_path: Path, moved: bool
) -> None:
    write_values(tmp_path, separate("host: one", background=TRIGGERS_OFF))
    cli("migrate", "values.yaml", "--non-interactive", "--custom-toggles", "keep", "--redis-db", "4", "--dry-run",
        "--save-answers", "answers.yaml")  # fmt: skip
    path = write_values(tmp_path, separate("host: two" if moved else "host: one", background=TRIGGERS_OFF))
    session = migrate("values.yaml", "--answers", "answers.yaml")
    if moved:
        session.asks("Database")
        session.says("it is not used.")
        session.type(DOWN, ENTER)
    session.asks("Choose")
    assert "custom-toggles" not in session.text
    session.type(ENTER)

    assert session.ends() == 0
    assert f"url: redis://{'two:6379/3' if moved else 'one:6379/4'}" in path.read_text()
    assert "TRIGGERS" in path.read_text()


def test_quitting_while_changing_an_answer_writes_nothing(migrate: Start, tmp_path: Path) -> None:
    path = write_values(tmp_path, separate())
    before = path.read_bytes()
    session = migrate("values.yaml", "--redis-db", "4")
    session.asks("Choose")
    session.type(CHANGE)
    session.asks("Which")
    session.type(ENTER)
    session.asks("Database")
    session.says("> 4 no known user")
    session.type(CTRL_C)

    assert session.ends() == 130
    assert path.read_bytes() == before
