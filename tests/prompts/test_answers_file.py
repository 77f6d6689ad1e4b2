"""The answers file: how it answers, what overrides it, what is refused, and what a changed plan does to it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from migrator import files
from migrator.errors import WriteError
from migrator.files import writing
from migrator.prompts import answers_file
from tests.prompts.releases import HIDDEN_PASSWORD, OTHER_BROKER, separate
from tests.prompts.texts import AFTER, BEFORE, KEPT

Cli = Callable[..., tuple[int, bytes, bytes]]


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def write_answers(text: str, folder: Path) -> None:
    (folder / "answers.yaml").write_text(text)


def migrate_unattended(cli: Cli, *arguments: str) -> tuple[int, str]:
    code, _, err = cli("migrate", *arguments, "--non-interactive", "--answers", "answers.yaml")
    return code, " ".join(err.decode().split())


def test_a_flag_overrides_the_answers_file(cli: Cli, values: Path) -> None:
    write_answers("answers:\n  redis-db: 3\n  event-logger: keep\n", values.parent)
    assert migrate_unattended(cli, "values.yaml")[0] == 0
    assert values.read_text(encoding="utf-8") == KEPT

    values.write_text(BEFORE, encoding="utf-8")
    assert migrate_unattended(cli, "values.yaml", "--redis-db", "2", "--event-logger", "remove")[0] == 0
    assert values.read_text(encoding="utf-8") == AFTER


@pytest.mark.parametrize(("command", "code"), [("plan", 0), ("diff", 0), ("check", 1), ("verify", 4)])
def test_other_commands_take_an_answers_file(cli: Cli, values: Path, command: str, code: int) -> None:
    write_answers("answers: {redis-db: 3, event-logger: keep}\n", values.parent)

    done = cli(command, "values.yaml", "--answers", "answers.yaml")
    assert done[0] == code, done
    assert b"--redis-db\n" not in done[1] + done[2]
    assert command != "diff" or b"redis://cache:6379/3" in done[1]


def test_a_docket_flag_overrides_another_docket_answer_in_the_file(cli: Cli, values: Path) -> None:
    write_answers("answers:\n  docket-url: redis://elsewhere:6379/7\n", values.parent)

    assert migrate_unattended(cli, "values.yaml", "--redis-db", "2")[0] == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_a_safe_default_that_the_file_does_not_answer_is_noted(cli: Cli, values: Path) -> None:
    write_answers("answers:\n  redis-db: 2\n", values.parent)

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 0
    assert "note: answers.yaml does not answer event-logger: its safe default, remove, is used." in err


def test_answers_can_be_given_by_the_path_of_a_release(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    for name in ("one.yaml", "prod/two.yaml"):
        (tmp_path / name).write_text(separate("host: ${HOST}"))
    write_answers(
        """\
answers:
  redis-db: 2
releases:
  one.yaml:
    redis-host: one
  ./prod/two.yaml:
    redis-host: two
    redis-db: 5
""",
        tmp_path,
    )

    assert migrate_unattended(cli, "one.yaml", "prod/two.yaml")[0] == 0
    assert "url: redis://one:6379/2" in (tmp_path / "one.yaml").read_text()
    assert "url: redis://two:6379/5" in (tmp_path / "prod/two.yaml").read_text()


def test_release_paths_are_relative_to_here_or_to_the_answers_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fast for thousands: each path is resolved once, not once for each other release."""
    (tmp_path / "conf").mkdir()
    monkeypatch.chdir(tmp_path)
    names = [f"../c{number}/values.yaml" for number in range(300)]
    lines = [f"  {name}: {{event-logger: keep}}\n" for name in (*names, "here/values.yaml", "conf/../here/values.yaml")]
    Path("conf/answers.yaml").write_text(f"releases:\n{''.join(lines)}", "utf-8")
    answers = answers_file.read("conf/answers.yaml")
    look_up = Mock(wraps=os.path.realpath)
    monkeypatch.setattr(os.path, "realpath", look_up)
    assert [answers.names_release(f"c{number}/values.yaml") for number in range(300)] == names
    assert (
        answers.names_release("here/values.yaml") == answers.names_release("./here/values.yaml") == "here/values.yaml"
    )
    assert answers.names_release("conf/values.yaml") == ""
    assert look_up.call_count == 302


def test_a_releases_own_docket_answer_overrides_the_common_one(cli: Cli, values: Path) -> None:
    write_answers(
        "answers:\n  redis-db: 3\nreleases:\n  values.yaml:\n    docket-url: redis://cache:6379/2\n", values.parent
    )

    assert migrate_unattended(cli, "values.yaml")[0] == 0
    assert values.read_text(encoding="utf-8") == AFTER


@pytest.mark.parametrize("name", ["redis-host", "docket-url", "docket-secret"])
def test_an_answer_that_names_a_redis_is_refused_for_several_releases(cli: Cli, values: Path, name: str) -> None:
    (values.parent / "second.yaml").write_text(BEFORE, encoding="utf-8")
    answer = "redis://shared:6379/2" if name == "docket-url" else "shared"
    write_answers(f"answers:\n  event-logger: remove\n  {name}: {answer}\n", values.parent)

    code, err = migrate_unattended(cli, "values.yaml", "second.yaml")
    assert code == 2
    assert f"answers.yaml:3: {name} names one Redis, and 2 releases are named" in err
    assert f"releases: PATH: {name}:" in err
    assert values.read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (
            "answers:\n  redis-bd: 2\n",
            ":2:",
            "there is no question 'redis-bd' (did you mean redis-db?). They are ",
        ),
        ("releases:\n  values.yaml:\n    nonsense: 2\n", ":3:", "there is no question 'nonsense'"),
        ("redis-db: 2\n", ":1:", "'redis-db' is neither answers nor releases. Put it under answers: redis-db: ..."),
        ("answers:\n  redis-db: 2\n  docket-url: redis://h/3\n", ":3:", "redis-db and docket-url both set where"),
        ("answers:\n  redis-db: 2\n  redis-db: 3\n", ":3:", "answers.redis-db is set twice"),
        ("answers:\n  event-logger: no\n", ":2:", "is neither a string nor a whole number"),
        ("answers:\n  redis-db: [2]\n", ":2:", "is neither a string nor a whole number"),
        ("answers:\n  redis-host:\n    from-env: PATH\n", ":3:", "redis-host must not come from the environment"),
        ("answers:\n  redis-db:\n    answer: 2\n    from-env: DB\n", ":2:", "needs either answer or from-env"),
        ("answers:\n  redis-db:\n    question: abc\n", ":2:", "needs either answer or from-env"),
        ("answers:\n  redis-db:\n    value: 2\n", ":3:", "'value' is not one of answer, from-env, question"),
        ("answers: 2\n", ":1:", "answers is not a mapping of questions to answers"),
        ("- redis-db: 2\n", ":1:", "the file is not a mapping of answers and releases"),
        ("", ":1:", "the file is not a mapping"),
        ("answers: {}\n---\nanswers: {}\n", ":1:", "has several YAML documents"),
        ("answers:\n  redis-db: 1\n", ":2:", "redis-db: database 1 there is already used by Prefect's messaging"),
        ("answers:\n  event-logger: stay\n", ":2:", "event-logger: 'stay' is none of keep, remove"),
        ("answers: [\n", ":", "answers.yaml"),
    ],
)
def test_an_invalid_answers_file_is_refused_with_its_line(
    cli: Cli, values: Path, text: str, place: str, words: str
) -> None:
    write_answers(text, values.parent)

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 2
    assert f"answers.yaml{place}" in err
    assert words in err
    assert values.read_text(encoding="utf-8") == BEFORE


def test_a_missing_answers_file_is_refused(cli: Cli, values: Path) -> None:
    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 2
    assert "answers.yaml" in err


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("migrate-on-start: maybe", "migrate-on-start: 'maybe' is none of remove, keep."),
        ("docket-secret: A b", "docket-secret: 'A b' is not the NAME or NAME:KEY of a Secret."),
        (
            "docket-url: {from-env: URL}",
            ("docket-url: the value in the environment cannot be used; give it with --docket-url"),
        ),
        ("custom-toggles.server.TRIGGERS: maybe", "custom-toggles.server.TRIGGERS: 'maybe' is none of keep, remove."),
    ],
)
def test_an_invalid_answer_is_an_error_even_if_nothing_asks_for_it(
    cli: Cli, values: Path, monkeypatch: pytest.MonkeyPatch, entry: str, words: str
) -> None:
    values.write_text(AFTER, encoding="utf-8")
    monkeypatch.setenv("URL", "redis://:s3same@host")
    write_answers(f"releases:\n  other.yaml:\n    {entry}\n", values.parent)

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 2
    assert f"answers.yaml:3: {words}" in err
    assert "s3same" not in err


@pytest.mark.parametrize("command", ["plan --verbose", "diff", "diff --format structural", "diff --format json"])
def test_an_answer_from_the_environment_is_masked(
    cli: Cli, values: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("URL", "redis://cache-of-ours:6379/7")
    write_answers("answers: {docket-url: {from-env: URL}, event-logger: remove}\n", values.parent)

    code, *printed = cli(*command.split(), "values.yaml", "--answers", "answers.yaml")
    assert code == 0
    assert b"cache-of-ours" not in b"".join(printed)
    _, shown, _ = cli(*command.split(), "values.yaml", "--answers", "answers.yaml", "--show-secrets")
    assert b"cache-of-ours" in shown


def test_an_answer_to_another_question_is_ignored_even_if_invalid(cli: Cli, values: Path) -> None:
    """A version of this program that accepted it may have saved it."""
    write_answers(
        "answers:\n  migrate-on-start: {answer: maybe, question: 5d1f02aa93c4e6b1}\n  redis-db: 2\n", values.parent
    )

    code, err = migrate_unattended(cli, "values.yaml", "--event-logger", "remove")
    assert code == 0
    assert "nothing asked for migrate-on-start" in err


def test_an_answer_that_nothing_asked_for_is_noted(cli: Cli, values: Path) -> None:
    write_answers(
        "answers: {redis-db: 2, event-logger: remove, flavour: large}\n"
        "releases:\n  values.yaml: {migrate-on-start: keep}\n  other.yaml: {redis-db: 4}\n",
        values.parent,
    )

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 0
    assert "note: answers.yaml:1: nothing asked for flavour, so its answer was not used." in err
    assert "note: answers.yaml:3: nothing asked for migrate-on-start, so its answer was not used." in err
    assert "note: answers.yaml:4: other.yaml is not one of the releases here, so its answers were not used." in err
    assert "nothing asked for redis-db" not in err


def test_saved_answers_say_what_each_one_decided(cli: Cli, values: Path) -> None:
    arguments = ["--event-logger", "keep", "--redis-db", "3", "--to", "4.14.1", "--save-answers", "my answers.yaml"]
    code, _, err = cli("migrate", "values.yaml", "--non-interactive", *arguments)

    assert code == 0
    assert b"answers saved in my answers.yaml" in err
    saved = (values.parent / "my answers.yaml").read_text()
    digits = re.compile(r'question: "[0-9a-f]{16}"')
    assert len(digits.findall(saved)) == 2
    assert digits.sub("question: ...", saved) == (
        """\
# Answers for infrahub-migrator.
# Replay them with: infrahub-migrator migrate values.yaml --to 4.14.1 --answers 'my answers.yaml' --non-interactive
# A flag on the command line overrides this file. `question` identifies the question that was answered: if it
# no longer matches, the answer is not used, and you are told.

answers:
  # The old presets turned on the event logger, which prints every Prefect event to the log of the background
  # services. It is for debugging only, and off by default. Do you read that log?
  # keep: the toggle stays, and so do the log lines.
  event-logger:
    answer: "keep"
    question: ...
  # Which database of the Redis at cache:6379 should hold the docket, the queue of the background services?
  # Nothing else may use or flush it. Redis has databases 0 to 15 by default. In use there: 0 by the Infrahub
  # cache, 1 by Prefect's messaging.
  redis-db:
    answer: "3"
    question: ...
"""
    )

    values.write_text(BEFORE, encoding="utf-8")
    code, _, err = cli("migrate", "values.yaml", "--non-interactive", "--answers", "my answers.yaml")
    assert (code, err) == (0, b"")
    assert values.read_text(encoding="utf-8") == KEPT


def test_saved_answers_of_several_releases_are_kept_apart(cli: Cli, tmp_path: Path) -> None:
    before = {"one.yaml": separate("host: ${HOST}"), "two.yaml": HIDDEN_PASSWORD}
    after = {}
    write_answers(
        "releases:\n  one.yaml: {redis-host: one, redis-db: 4}\n  two.yaml: {docket-secret: docket}\n", tmp_path
    )
    for answers in ("answers.yaml", "saved.yaml"):
        for name, text in before.items():
            (tmp_path / name).write_text(text)
        arguments = ["one.yaml", "two.yaml", "--non-interactive", "--answers", answers, "--save-answers", "saved.yaml"]
        code, _, err = cli("migrate", *arguments)
        assert code == 0, err
        after[answers] = [(tmp_path / name).read_text() for name in before]

    assert after["answers.yaml"] == after["saved.yaml"]
    assert "url: redis://one:6379/4" in after["saved.yaml"][0]
    assert "existingSecret: docket" in after["saved.yaml"][1]
    assert '  "two.yaml":\n    # ' in (tmp_path / "saved.yaml").read_text()


def test_an_answer_to_another_question_is_not_used(cli: Cli, values: Path) -> None:
    cli("migrate", "values.yaml", "--non-interactive", "--redis-db", "2", "--dry-run", "--save-answers", "answers.yaml")
    values.write_text(BEFORE.replace("host: cache", "host: elsewhere"), encoding="utf-8")
    before = values.read_text(encoding="utf-8")

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 3
    assert "1 decision is missing" in err
    assert "? redis-db: Which database of the Redis at elsewhere:6379" in err
    assert "an answer to redis-db, but to a different question of that name: it is not used." in err
    assert values.read_text(encoding="utf-8") == before

    code, err = migrate_unattended(cli, "values.yaml", "--redis-db", "2")
    assert code == 0
    assert "redis://elsewhere:6379/2" in values.read_text(encoding="utf-8")


def test_every_format_reports_an_answer_that_is_not_used(cli: Cli, values: Path) -> None:
    write_answers("answers: {redis-db: {answer: '3', question: 1111111111111111}}\n", values.parent)
    expected = "answer to redis-db, but to a different question of that name: it is not used."
    for command in (("plan",), ("diff", "--format", "markdown"), ("diff", "--format", "html")):
        shown = cli(*command, "values.yaml", "--answers", "answers.yaml")[1].decode()
        assert expected in " ".join(shown.split()), command
    asked = json.loads(cli("plan", "values.yaml", "--answers", "answers.yaml", "--format", "json")[1])
    assert [each["id"] for each in asked["files"][0]["questions"] if each["stale"]] == ["redis-db"]


def test_the_command_to_replay_saved_answers_has_all_options(cli: Cli, values: Path) -> None:
    folder = values.parent
    (folder / "project.yaml").write_text("version: 1\nreleases: [{name: live, layers: [values.yaml]}]\n")
    options = ["--config", "project.yaml", "--set", "a.b=1 2", "--redis-db", "2"]
    assert cli("migrate", *options, "--non-interactive", "--save-answers", "saved.yaml")[0] == 0
    words = "migrate --set 'a.b=1 2' --config project.yaml --answers saved.yaml --non-interactive"
    assert f"# Replay them with: infrahub-migrator {words}\n" in (folder / "saved.yaml").read_text()


def test_a_question_with_changed_text_keeps_its_answer(cli: Cli, values: Path) -> None:
    """The answer depends on the Redis server only; the text also lists who uses which database there."""
    cli("migrate", "values.yaml", "--non-interactive", "--redis-db", "3", "--dry-run", "--save-answers", "answers.yaml")
    cached = BEFORE.replace("          db: 1\n", "          db: 4\n")
    assert cached != BEFORE
    values.write_text(cached, encoding="utf-8")
    code, err = migrate_unattended(cli, "values.yaml")
    assert (code, err) == (0, "")
    assert "url: redis://cache:6379/3" in values.read_text(encoding="utf-8")


def test_answers_saved_by_an_older_version_are_used(cli: Cli, values: Path) -> None:
    """Its twelve digits are a hash of the old text, so they cannot be compared."""
    write_answers(
        "answers:\n  redis-db: {answer: '3', question: 5d1f02aa93c4}\n"
        "  event-logger: {answer: keep, question: 0123456789ab}\n",
        values.parent,
    )
    assert migrate_unattended(cli, "values.yaml") == (0, "")
    assert values.read_text(encoding="utf-8") == KEPT


def test_an_unused_answer_is_not_replaced_by_the_safe_default(cli: Cli, values: Path) -> None:
    write_answers(
        "answers:\n  redis-db: 2\n  event-logger:\n    answer: keep\n    question: 0123456789abcdef\n", values.parent
    )

    code, err = migrate_unattended(cli, "values.yaml")
    assert code == 3
    assert "? event-logger: " in err
    assert "? redis-db: " not in err
    assert values.read_text(encoding="utf-8") == BEFORE


def test_a_flag_answers_in_place_of_an_unused_answer(cli: Cli, values: Path) -> None:
    write_answers(
        "answers:\n  redis-db: 2\n  event-logger:\n    answer: keep\n    question: 0123456789abcdef\n", values.parent
    )

    assert migrate_unattended(cli, "values.yaml", "--event-logger", "remove")[0] == 0
    assert values.read_text(encoding="utf-8") == AFTER


def test_paths_may_be_relative_to_the_answers_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    path = tmp_path / "deploy" / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    write_answers("releases: {values.yaml: {redis-db: 2, event-logger: remove}}\n", tmp_path / "deploy")

    code, _, err = cli("migrate", "deploy/values.yaml", "--non-interactive", "--answers", "deploy/answers.yaml")
    assert (code, err) == (0, b"")
    assert path.read_text(encoding="utf-8") == AFTER


def test_an_answer_is_used_after_an_unrelated_change_of_the_file(cli: Cli, values: Path) -> None:
    cli("migrate", "values.yaml", "--non-interactive", "--redis-db", "2", "--dry-run", "--save-answers", "answers.yaml")
    values.write_text("# new\n" + BEFORE, encoding="utf-8")

    assert migrate_unattended(cli, "values.yaml") == (0, "")
    assert values.read_text(encoding="utf-8") == "# new\n" + AFTER


def test_a_credential_is_saved_as_a_reference_to_the_environment(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "redis://prefect:Tr0ub4dor%263@redis:6379/2"
    path = tmp_path / "values.yaml"
    path.write_text(OTHER_BROKER)
    arguments = ["--docket-url", url, "--show-secrets", "--save-answers", "answers.yaml"]
    code, out, err = cli("migrate", "values.yaml", "--non-interactive", *arguments)
    assert code == 0
    after = path.read_text()
    assert url in after
    saved = (tmp_path / "answers.yaml").read_text()
    assert "Tr0ub4dor" not in saved
    assert "    from-env: DOCKET_URL\n" in saved

    path.write_text(OTHER_BROKER)
    code, printed = migrate_unattended(cli, "values.yaml")
    assert code == 3
    assert "docket-url is in the environment variable DOCKET_URL, which is not set." in printed
    assert "? docket-url: " in printed
    assert path.read_text() == OTHER_BROKER

    monkeypatch.setenv("DOCKET_URL", url)
    code, out, err = cli("migrate", "values.yaml", "--non-interactive", "--answers", "answers.yaml")
    assert code == 0
    assert path.read_text() == after
    assert b"Tr0ub4dor" not in out + err


def test_saved_answers_overwrite_no_other_file(cli: Cli, values: Path) -> None:
    (values.parent / "notes.txt").write_text("mine\n")
    for name, words in (("values.yaml", b"would overwrite the values file"), ("notes.txt", b"did not write")):
        code, _, err = cli("migrate", "values.yaml", "--non-interactive", "--redis-db", "2", "--save-answers", name)
        assert code == 2
        assert words in err
    assert values.read_text(encoding="utf-8") == BEFORE
    assert (values.parent / "notes.txt").read_text() == "mine\n"


def test_given_answers_are_saved_even_if_others_are_missing(cli: Cli, values: Path) -> None:
    code, _, _ = cli("migrate", "values.yaml", "--non-interactive", "--save-answers", "answers.yaml")
    assert code == 3
    saved = (values.parent / "answers.yaml").read_text()
    assert "event-logger" in saved
    assert "redis-db" not in saved


def test_saved_answers_of_a_directory_can_be_replayed(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(separate(f"host: {name}"))
    saving = ["--redis-db", "2", "--save-answers", "a.yaml"]
    code, _, err = cli("migrate", "releases", "--dry-run", "--non-interactive", *saving)
    assert code == 0, err
    code, _, err = cli("migrate", "releases", "--answers", "a.yaml", "--non-interactive")
    assert code == 0, err


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--output", "o.yaml", "--save-answers", "./o.yaml"], b"--save-answers and --output are the same file"),
        (["--save-answers", "gone/a.yaml"], b"gone is not a directory"),
    ],
)
def test_a_bad_path_for_saved_answers_is_refused_before_writing(
    cli: Cli, tmp_path: Path, values: Path, more: list[str], reason: bytes
) -> None:
    code, _, err = cli("migrate", values.name, "--redis-db", "2", "--non-interactive", *more)
    assert code == 2
    assert reason in err
    assert values.read_text("utf-8") == BEFORE
    assert [path.name for path in tmp_path.iterdir()] == [values.name]


def test_nothing_is_written_if_the_answers_cannot_be_saved(
    cli: Cli, values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = writing.create

    def fails(path: str, data: bytes, *, like: files.Snapshot | None) -> None:
        if path == "a.yaml":
            raise WriteError("could not be written: No space left on device.", path=path)
        create(path, data, like=like)

    monkeypatch.setattr(writing, "create", fails)  # a disk that is full for the last write only
    arguments = ["--redis-db", "2", "--non-interactive", "--save-answers", "a.yaml", "--format", "json"]
    code, out, _ = cli("migrate", values.name, *arguments)
    assert code == 5
    assert values.read_text("utf-8") == BEFORE
    report = json.loads(out)
    assert report["files"][0]["status"] == "failed"
    assert "a.yaml: could not be written: No space left on device." in report["files"][0]["error"]
    assert not report["error"]
    code, _, err = cli("migrate", values.name, *arguments[:-2])
    assert (code, err.count(b"No space left on device")) == (5, 1)
    code, _, err = cli("migrate", values.name, *arguments[:-2], "--dry-run")
    assert (code, err.count(b"No space left on device")) == (5, 1)
    assert values.read_text("utf-8") == BEFORE
