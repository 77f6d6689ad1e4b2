"""Several releases in one session: a database that one of them uses is not offered to the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.prompts.releases import separate
from tests.prompts.terminal import CTRL_C, DOWN, ENTER, ESC, UP, Session, squeezed
from tests.prompts.texts import AFTER, BEFORE

Start = Callable[..., Session]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(BEFORE, encoding="utf-8")
    return tmp_path


def read(folder: Path, *names: str) -> list[str]:
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def migrated_to(database: int) -> str:
    return AFTER.replace("6379/2", f"6379/{database}")


# The keys, from the first of two choices, for going on without an answer for all.
ONLY, LEAVE, STOP = 2 * DOWN + ENTER, 3 * DOWN + ENTER, 4 * DOWN + ENTER


def test_a_common_question_is_asked_once_and_a_database_for_each(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml")
    session.says("2 releases to migrate ---")
    session.says("- infrahub-enterprise to 4.18.0-medium: one.yaml and two.yaml")
    session.asks("Answer")
    session.says("Question 1: event-logger (both releases)")
    session.says("Also asked by one.yaml:19 and two.yaml:19.")
    session.says("> remove (the safe default), for both")
    session.type(ENTER)
    session.says("> event-logger = remove, for both")
    session.asks("Database")
    session.says("Question 2: redis-db (release 1 of 2)")
    session.says("> 2 no known user, suggested")
    session.type(ENTER)
    session.says("Question 3: redis-db (release 2 of 2)")
    session.asks("Database")
    session.says("> 3 no known user, suggested")
    session.type(ENTER)
    session.says("2 releases: what now?")
    session.asks("Choose")
    assert read(files, "one.yaml", "two.yaml") == [BEFORE, BEFORE]
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [AFTER, migrated_to(3)]
    assert session.text.count("Question") == 3
    assert session.text.count("Nothing else may use or flush it.") == 1


def test_equal_steps_and_the_next_steps_are_shown_once(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove", rows=100)
    for _ in range(2):
        session.asks("Database")
        session.type(ENTER)
    session.asks("Choose")
    review = session.text[session.text.index("What would change") :]
    for once in ("- backgroundServices.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "PROMETHEUS_MULTIPROC_DIR"):
        assert review.count(once) == 1
    session.says(
        "+ backgroundServices.messaging.docket.url (required):"
        'one.yaml: "redis://cache:6379/2" two.yaml: "redis://cache:6379/3"'
    )
    session.says("What would change: 10 changes in 2 files")
    session.type(ENTER)

    assert session.ends() == 0
    end = session.text[session.text.index("> apply") :]
    assert "one.yaml: migrated: 5 changes\ntwo.yaml: migrated: 5 changes\n" in end
    assert "The old files are kept beside the new ones, as NAME.TIME.DIGEST.bak." in end
    assert "2 releases: 2 migrated\n" in end
    assert end.count("Next") == end.count("Never use --reuse-values") == end.count("To roll back") == 1
    assert "infrahub-migrator undo one.yaml two.yaml\n" in end
    assert end.count("helm upgrade RELEASE REPO/infrahub-enterprise") == 2


def test_one_release_can_be_answered_separately_from_the_others(migrate: Start, files: Path) -> None:
    (files / "three.yaml").write_text(BEFORE, encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "three.yaml", "--redis-db", "7", "--namespace", "a", "--dry-run")
    assert session.ends() == 2  # on one server they would share a database
    for name in ("one", "two", "three"):
        (files / f"{name}.yaml").write_text(BEFORE.replace("host: cache", f"host: {name}"), encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "three.yaml", "--redis-db", "2")
    session.asks("Answer")
    session.type(ONLY)
    session.says("Question 1: event-logger (release 1 of 3)")
    session.asks("Answer")
    session.type(ESC)
    session.says("Unattended: --event-logger.\nQuestion 1: event-logger (all 3 releases)")
    session.asks("Answer")
    session.says("Also asked by one.yaml:19, two.yaml:19 and three.yaml:19.")
    session.type(ONLY)
    session.says("> remove (the safe default)\n keep\n leave one.yaml out")
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.says("> event-logger = keep")
    session.says("Question 2: event-logger (2 of 3 releases)")
    session.asks("Answer")
    session.says("Also asked by two.yaml:19 and three.yaml:19.")
    session.type(ENTER)
    session.says("- backgroundServices.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED\n two.yaml and three.yaml:")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    one, two, three = read(files, "one.yaml", "two.yaml", "three.yaml")
    assert "EVENT_LOGGER" in one
    assert "EVENT_LOGGER" not in two + three


def test_a_release_can_be_left_out_and_put_back(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.type(UP, ENTER)
    session.says("> left out: one.yaml")
    session.says("Question 2: redis-db (release 1 of 1)")
    session.asks("Database")
    session.says("> 2 no known user, suggested")
    session.type(ESC)
    session.says("messaging and one.yaml for Prefect's messaging.\nQuestion 1: redis-db (release 1 of 2)")
    session.asks("Database")
    session.says("> 2 no known user, suggested")
    session.type(UP, ENTER)
    session.says("> left out: one.yaml\nQuestion 2: redis-db (release 1 of 1)")
    session.asks("Database")
    session.type(ENTER)
    session.says("two.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [BEFORE, AFTER]
    session.says("2 releases: 1 migrated, 1 skipped")
    session.says("Left out: one.yaml; run again for it.")


def test_stop_here_goes_on_with_the_decided_releases(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.asks("Database")
    assert "stop here" not in session.text
    session.type(ENTER)
    session.asks("Database")
    session.says("stop here with the 1 decided")
    session.type(UP, ENTER)
    session.says("one.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [AFTER, BEFORE]


def test_an_answer_for_all_is_changed_for_all(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml")
    for prompt in ("Answer", "Database", "Database"):
        session.asks(prompt)
        session.type(ENTER)
    session.asks("Choose")
    session.type(4 * DOWN, ENTER)
    session.asks("Which")
    session.says("> event-logger = remove, for both redis-db = 2, one.yaml redis-db = 3, two.yaml none of them")
    session.type(ENTER)
    session.asks("Answer")
    session.type(DOWN, ENTER)
    session.says("> event-logger = keep, for both")
    session.asks("Choose")
    session.type(ESC)
    session.says("Question 3: event-logger (both releases)")
    session.asks("Answer")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert all("EVENT_LOGGER" in text for text in read(files, "one.yaml", "two.yaml"))


def test_a_walk_shows_one_release_at_a_time_and_can_leave_one_out(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    for _ in range(2):
        session.asks("Database")
        session.type(ENTER)
    session.asks("Choose")
    session.type(2 * DOWN, ENTER)
    session.says("Release 1 of 2: one.yaml")
    session.says("- flavour medium (configPreset in the file)")
    session.asks("Release 1 of 2 (arrows")
    session.type(ENTER)
    session.says("What would change: 5 changes in two.yaml")
    session.asks("Release 2 of 2 (arrows")
    session.type(UP, UP, ENTER)
    session.asks("Release 2 of 2 (arrows")
    session.says("url: redis://cache:6379/3")
    session.type(UP, ENTER)
    session.says("> left out: two.yaml")
    session.says("one.yaml: what now?")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [AFTER, BEFORE]


def test_a_dry_run_asks_the_same_and_writes_nothing(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--dry-run")
    for prompt in ("Answer", "Database", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)

    assert session.ends() == 0
    assert session.text.count("dry run: nothing was written.") == 1
    session.says("2 releases: 2 pending")
    assert "helm upgrade" not in session.text
    assert read(files, "one.yaml", "two.yaml") == [BEFORE, BEFORE]


def test_a_release_with_an_error_is_reported_first_and_stops_no_other(migrate: Start, files: Path) -> None:
    (files / "two.yaml").write_text(BEFORE.replace("Deployment: true", 'Deployment: "true"'), encoding="utf-8")
    (files / "three.yaml").write_text("infrahub: [\n", encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "three.yaml")
    session.asks("Answer")
    shown = squeezed(session.text)
    assert shown.index("3releases:1tomigrate,2withanerror") < shown.index("error:three.yaml") < shown.index("Question")
    for prompt in ("Answer", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)

    assert session.ends() == 2
    assert read(files, "one.yaml") == [AFTER]
    session.says("3 releases: 2 refused, 1 migrated")


def test_a_dumb_terminal_gets_line_prompts(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", TERM="dumb", rows=200)
    session.says("1) remove (the safe default), for both")
    session.says("3) answer for one.yaml alone\n 4) leave one.yaml out\nAnswer [remove]:")
    session.type("\n")
    session.says("leave one.yaml out [leave-out]\nDatabase [2]:")
    session.type("leave-out\n")
    session.says("Database [2]:")
    session.type("back\n")
    session.says("Question 2: redis-db (release 1 of 2)")
    session.type("2\n")
    session.says("Database [3]:")
    session.type("stop-here\n")
    session.says("Choose [apply]:")
    session.type("\n")

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [AFTER, BEFORE]


def test_a_database_that_another_release_uses_is_refused(migrate: Start, files: Path) -> None:
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.type(ENTER)
    session.says("In use there: 0 by the Infrahub cache and one.yaml for the Infrahub cache, ")
    session.says("2 by one.yaml for its docket if in one namespace.")
    session.asks("Database (arrows")
    session.type(3 * DOWN, ENTER)
    session.asks("Database (Enter")
    session.type("2", ENTER)
    session.says("database 2 there is already used by one.yaml for its docket (if both are in one namespace")
    session.asks("Database (Enter; Esc: back, ?: why) 2")
    session.type(ESC)
    session.asks("Database (arrows")
    session.type(DOWN, ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml", "two.yaml") == [AFTER, migrated_to(4)]


def test_the_docket_database_of_a_later_release_is_not_offered(migrate: Start, files: Path) -> None:
    (files / "two.yaml").write_text(migrated_to(3), encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.says("2 releases: 1 to migrate, 1 current ---")
    session.asks("Database")
    session.says("3 by two.yaml for its docket if in one namespace.")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "one.yaml") == [AFTER]
    session.says("one.yaml: migrated: 5 changes two.yaml: current")


def test_an_answered_host_may_make_two_releases_collide(migrate: Start, files: Path) -> None:
    """Its messaging would use the other's docket database, which no question about the docket can prevent."""
    (files / "one.yaml").write_text(migrated_to(1).replace("db: 1", "db: 4"), encoding="utf-8")
    before = separate("host: example-infrahub-cache-master")
    (files / "two.yaml").write_text(before, encoding="utf-8")
    session = migrate("one.yaml", "two.yaml")
    session.asks("Host")
    session.type("cache", ENTER)
    session.asks("Database")
    session.type(ENTER)
    session.says("error: two.yaml: uses database 1 of the Redis at cache:6379 for Prefect's messaging, and one.yaml")
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 2
    session.says(
        "two.yaml: uses database 1 of the Redis at cache:6379 for Prefect's messaging, and one.yaml uses it for "
        "its docket."
    )
    assert read(files, "two.yaml") == [before]


def test_saved_answers_of_several_releases_can_be_replayed(
    migrate: Start, cli: Callable[..., tuple[int, bytes, bytes]], files: Path
) -> None:
    session = migrate("one.yaml", "two.yaml", "--save-answers", "answers.yaml")
    for prompt in ("Answer", "Database", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)
    assert session.ends() == 0
    after = read(files, "one.yaml", "two.yaml")
    for name in ("one.yaml", "two.yaml"):
        (files / name).write_text(BEFORE, encoding="utf-8")
    saved = (files / "answers.yaml").read_text(encoding="utf-8")
    assert saved.count("event-logger:") == 1
    assert saved.index("answers:\n") < saved.index("event-logger:") < saved.index("releases:\n")

    done = cli("migrate", "one.yaml", "two.yaml", "--answers", "answers.yaml", "--non-interactive")

    assert done[0] == 0, done[2]
    assert read(files, "one.yaml", "two.yaml") == after


def test_the_layers_of_one_release_are_named_together(migrate: Start, files: Path) -> None:
    """Headings name every layer that would be written, and none that stays as it is."""
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
    """Two HelmReleases in one file, both with these values, each on its own Redis server."""

    def release(name: str) -> str:
        own = values.replace("host: cache", f"host: {name}").replace("redis://cache", f"redis://{name}")
        inside = "".join(f"    {line}" for line in own.splitlines(keepends=True))
        head = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\n"
        chart = f"{{spec: {{chart: infrahub-enterprise, version: {version}}}}}"
        return f"{head}spec:\n  chart: {chart}\n  values:\n{inside}"

    return f"{release('first')}---\n{release('second')}"


@pytest.mark.parametrize("left_at", ["", "Database", "Choose"])
def test_a_file_of_two_releases_is_written_once_both_are_applied(migrate: Start, files: Path, left_at: str) -> None:
    (files / "both.yaml").write_text(objects(BEFORE, "4.13.0-medium"), encoding="utf-8")
    session = migrate("both.yaml", "--event-logger", "remove")
    for name, prompt in (("first", "Database"), ("second", "Database"), ("", "Choose")):
        session.says(f"both.yaml (HelmRelease {name})" if name else "2 releases: what now?")
        session.asks(prompt)
        assert read(files, "both.yaml") == [objects(BEFORE, "4.13.0-medium")]
        if name != "first" and prompt == left_at:
            session.type(CTRL_C)
            assert session.ends() == 130
            session.says("nothing was written.")
            assert read(files, "both.yaml") == [objects(BEFORE, "4.13.0-medium")]
            return
        session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "both.yaml") == [objects(AFTER, "4.18.0-medium")]
    assert len(list(files.glob("both.yaml.*.bak"))) == 1
    assert session.text.count("Commit and push both.yaml.") == 1


def test_releases_of_one_file_are_left_out_together(migrate: Start, files: Path) -> None:
    (files / "both.yaml").write_text(objects(BEFORE, "4.13.0-medium"), encoding="utf-8")
    session = migrate("both.yaml", "one.yaml", "--event-logger", "remove")
    session.asks("Database")
    session.type(UP, ENTER)
    session.says("They share files, which are written for all of them or none.")
    session.says("one.yaml:16")
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "both.yaml", "one.yaml") == [objects(BEFORE, "4.13.0-medium"), AFTER]


def test_a_file_that_cannot_be_written_raises_no_questions(migrate: Start, files: Path) -> None:
    text = objects(BEFORE, "4.13.0-medium").replace("Deployment: true", 'Deployment: "true"', 1)
    (files / "both.yaml").write_text(text, encoding="utf-8")
    session = migrate("both.yaml", "--event-logger", "remove")

    assert session.ends() == 2
    session.says("both.yaml (HelmRelease first)")
    assert "Database" not in session.text
    assert read(files, "both.yaml") == [text]


def test_a_base_that_releases_share_is_asked_about_and_written_once(migrate: Start, files: Path) -> None:
    (files / "base.yaml").write_text(BEFORE, encoding="utf-8")
    for name in ("dev", "prod"):
        host = f"infrahub: {{prefect-server: {{backgroundServices: {{messaging: {{redis: {{host: {name}}}}}}}}}}}\n"
        (files / f"{name}.yaml").write_text(host)
    releases = "".join(f"  - {{name: {name}, layers: [base.yaml, {name}.yaml]}}\n" for name in ("dev", "prod"))
    (files / "infrahub-migrator.yaml").write_text(f"version: 1\nreleases:\n{releases}")
    session = migrate()
    session.asks("Answer")
    session.says("Also asked by dev (base.yaml:19) and prod (base.yaml:19).")
    for prompt in ("Answer", "Database", "Database"):
        session.asks(prompt)
        session.type(ENTER)
    session.says("What would change: 6 changes in 3 files of 2 releases")
    session.asks("Choose")
    session.says("> apply: write 6 changes in 2 releases")
    session.type(ENTER)

    assert session.ends() == 0
    session.says("2 releases: 2 migrated")
    session.says("infrahub-migrator undo base.yaml dev.yaml prod.yaml")
    assert "docket" not in read(files, "base.yaml")[0]
    assert "redis://dev:6379/2" in read(files, "dev.yaml")[0]


def test_an_error_of_a_release_shows_none_of_its_credentials(migrate: Start, files: Path) -> None:
    password = "c4n4ry-S3cret"
    text = BEFORE.replace("db: 1", f"db: 1\n          password: {password}")
    (files / "two.yaml").write_text(text.replace("Deployment: true", f"Deployment: {password}"), encoding="utf-8")
    session = migrate("one.yaml", "two.yaml", "--event-logger", "remove")
    session.says("error: two.yaml:")
    session.asks("Database")
    session.type(ENTER)
    session.asks("Choose")
    session.type(ENTER)

    assert session.ends() == 2
    assert password not in session.text
    assert read(files, "one.yaml") == [AFTER]


def test_a_file_of_two_releases_can_be_written_to_another_file(migrate: Start, files: Path) -> None:
    (files / "both.yaml").write_text(objects(BEFORE, "4.13.0-medium"), encoding="utf-8")
    session = migrate("both.yaml", "--output", "new.yaml")
    for prompt in ("Answer", "Database", "Database", "Choose"):
        session.asks(prompt)
        session.type(ENTER)

    assert session.ends() == 0
    assert read(files, "both.yaml", "new.yaml") == [
        objects(BEFORE, "4.13.0-medium"),
        objects(AFTER, "4.18.0-medium"),
    ]
    session.says("Commit and push new.yaml, in place of both.yaml.")
    assert "The old files are kept" not in session.text
