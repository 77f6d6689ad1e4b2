"""Several releases in one session: what one of them takes is out of reach of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.releases import separate
from tests.prompts.terminal import CTRL_C, DOWN, ENTER, ESC, UP, Session
from tests.prompts.texts import AFTER, BEFORE

Start = Callable[..., Session]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(BEFORE, encoding="utf-8")
    return tmp_path


def test_the_docket_chosen_for_one_cannot_be_chosen_for_the_next(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.says("> 2 nothing known uses it, suggested")
    session.type(ENTER)
    session.says("one.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)
    session.says("two.yaml: infrahub-enterprise to 4.18.0-medium")
    session.asks("Database")
    session.says("In use there: 0 by the Infrahub cache and one.yaml for the Infrahub cache, ")
    session.says("2 by one.yaml for its docket if in one namespace.")
    session.says("> 3 nothing known uses it, suggested")
    session.type(UP, UP, UP, ENTER)  # up from 3 goes round to the end of the list: 2 is no stop
    session.asks("Database (Enter")
    session.type("2", ENTER)
    session.says("database 2 there is used by one.yaml for its docket already (if both are in one namespace")
    session.asks("Database (Enter; Esc: back, ?: why) 2")
    session.type(ESC)
    session.asks("Database (arrows")
    session.type(DOWN, ENTER)
    session.says("two.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert (files / "one.yaml").read_text(encoding="utf-8") == AFTER
    assert (files / "two.yaml").read_text(encoding="utf-8") == AFTER.replace("6379/2", "6379/4")


def test_the_docket_that_stands_in_the_next_cannot_be_chosen_for_the_first(migrate: Start, files: Path) -> None:
    (files / "two.yaml").write_text(AFTER.replace("6379/2", "6379/3"), encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.says("3 by two.yaml for its docket if in one namespace.")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert (files / "one.yaml").read_text(encoding="utf-8") == AFTER


def test_a_host_that_is_answered_may_bring_two_releases_together(migrate: Start, files: Path) -> None:
    """Its messaging would be on the other one's docket, which no question about the docket can see."""
    (files / "one.yaml").write_text(AFTER.replace("6379/2", "6379/1").replace("db: 1", "db: 4"), encoding="utf-8")
    before = separate("host: example-infrahub-cache-master")
    (files / "two.yaml").write_text(before, encoding="utf-8")
    session = migrate("one.yaml", "two.yaml")
    session.asks("Host")
    session.type("cache", ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 2
    session.says(
        "two.yaml: takes database 1 of the Redis at cache:6379 for Prefect's messaging, and one.yaml takes it for its "
        "docket."
    )
    assert (files / "two.yaml").read_text(encoding="utf-8") == before


def test_answers_given_in_company_fit_when_they_are_replayed(
    migrate: Start, cli: Callable[..., tuple[int, bytes, bytes]], files: Path
) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove", "--save-answers", "answers.yaml")
    for name in ("one.yaml", "two.yaml"):
        session.asks("Database")
        session.type(ENTER)
        session.says(f"{name}: what now?")
        session.asks("Choose")
        session.type(ENTER)
    assert session.ends() == 0
    after = [(files / name).read_bytes() for name in ("one.yaml", "two.yaml")]
    for name in ("one.yaml", "two.yaml"):
        (files / name).write_text(BEFORE, encoding="utf-8")

    done = cli("migrate", "one.yaml", "two.yaml", "--answers", "answers.yaml", "--non-interactive")

    assert done[0] == 0, done[2]
    assert [(files / name).read_bytes() for name in ("one.yaml", "two.yaml")] == after


def test_the_layers_of_one_release_are_named_as_such(migrate: Start, files: Path) -> None:
    """Headings name what would be written: not the first layer alone, and none that stays as it is."""
    host = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: other}}}}}\n"
    (files / "two.yaml").write_text(host)
    (files / "three.yaml").write_text("infrahub: {}\n")
    session = migrate("-f", "one.yaml", "-f", "two.yaml", "-f", "three.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.says("- layers one.yaml, two.yaml, three.yaml: the later ones win")
    session.type(ENTER)
    session.says("one.yaml and two.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    session.says("-f one.yaml -f two.yaml -f three.yaml")
    session.says("infrahub-migrator undo one.yaml two.yaml")


def objects(values: str, version: str) -> str:
    """Two HelmReleases in one file, each with the values, on Redis servers of their own."""

    def release(name: str) -> str:
        own = values.replace("host: cache", f"host: {name}").replace("redis://cache", f"redis://{name}")
        inside = "".join(f"    {line}" for line in own.splitlines(keepends=True))
        head = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\n"
        chart = f"{{spec: {{chart: infrahub-enterprise, version: {version}}}}}"
        return f"{head}spec:\n  chart: {chart}\n  values:\n{inside}"

    return f"{release('first')}---\n{release('second')}"


@pytest.mark.parametrize("left_at", ["", "Database", "Choose"])
def test_one_file_of_two_releases_is_written_when_both_are_applied(migrate: Start, files: Path, left_at: str) -> None:
    (files / "both.yaml").write_text(objects(BEFORE, "4.13.0-medium"), encoding="utf-8")
    session = migrate("both.yaml", "--event-logger", "remove")
    for name in ("second", "first"):
        session.says(f"both.yaml (HelmRelease {name})")
        for prompt in ("Database", "Choose"):
            session.asks(prompt)
            assert (files / "both.yaml").read_text(encoding="utf-8") == objects(BEFORE, "4.13.0-medium")
            if name == "first" and prompt == left_at:
                session.type(CTRL_C)
                assert session.ends() == 130
                session.says("nothing was written.")
                assert (files / "both.yaml").read_text(encoding="utf-8") == objects(BEFORE, "4.13.0-medium")
                return
            session.type(ENTER)

    assert session.ends() == 0
    assert (files / "both.yaml").read_text(encoding="utf-8") == objects(AFTER, "4.18.0-medium")
    assert len(list(files.glob("both.yaml.*.bak"))) == 1


def test_nobody_is_asked_about_a_file_that_cannot_be_written(migrate: Start, files: Path) -> None:
    text = objects(BEFORE, "4.13.0-medium").replace("Deployment: true", 'Deployment: "true"', 1)
    (files / "both.yaml").write_text(text, encoding="utf-8")
    session = migrate("both.yaml", "--event-logger", "remove")

    assert session.ends() == 2
    session.says("both.yaml (HelmRelease first)")
    assert "Database" not in session.text
    assert (files / "both.yaml").read_text(encoding="utf-8") == text
