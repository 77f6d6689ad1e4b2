"""`--check-redis` in plan, migrate and verify, on a real Redis."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from tests.prompts.releases import HIDDEN_PASSWORD, separate
from tests.prompts.terminal import CLEAR, ENTER, UP, Session
from tests.prompts.texts import AFTER, BEFORE

from .server import Server, free_port

Start = Callable[..., Server]
Cli = Callable[..., Any]
UNATTENDED = ("--event-logger", "remove", "--non-interactive")


@pytest.fixture(autouse=True)
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def report(done: Any) -> Any:
    return json.loads(done.stdout)["files"][0]


def test_verify_reports_what_is_wrong_with_the_database(cli: Cli, redis_server: Start, values: Path) -> None:
    values.write_text(AFTER, encoding="utf-8")
    server = redis_server("--databases", "2", password="Tr0ub4dor&3")
    done = cli("verify", "values.yaml", "--check-redis", server.url())
    output = " ".join(done.stdout.decode().split())

    assert done.returncode == 4
    assert "error: values.yaml:21 redis-database: the docket is in database 2, but on the Redis at 127.0.0.1" in output
    assert f"{address(server)}: it has 2 databases, 0 to 1 Choose one that it has" in output
    assert "warning: values.yaml:21 redis-persistence: " in output
    assert f"- Redis at {address(server)}: 2 databases; all empty." in output
    assert b"Tr0ub4dor" not in done.stdout + done.stderr

    machine = cli("verify", "values.yaml", "--check-redis", server.url(), "--format", "json")
    found = {each["rule"]: each for each in report(machine)["findings"]}
    assert (machine.returncode, found["redis-database"]["severity"], found["redis-database"]["line"]) == (
        4,
        "error",
        21,
    )
    assert "Choose one that it has" in found["redis-database"]["remedy"]
    assert b"Tr0ub4dor" not in machine.stdout


def test_verify_accepts_a_docket_that_is_in_use(cli: Cli, redis_server: Start, values: Path) -> None:
    values.write_text(AFTER, encoding="utf-8")
    server = redis_server(save="60 1")
    server.fill(2, "prefect:stream", "prefect:queue")
    done = cli("verify", "values.yaml", "--check-redis", server.url())

    assert done.returncode == 0
    assert b"values.yaml: obeys every rule" in done.stdout
    assert b"2 holds 2 keys, a docket." in done.stdout


def test_plan_shows_the_databases_and_suggests_an_empty_one(cli: Cli, redis_server: Start) -> None:
    server = redis_server("--databases", "4")
    server.fill(2, "x", "y")
    made = report(cli("plan", "values.yaml", "--check-redis", server.url(), "--format", "json"))

    assert made["evidence"][-1] == f"Redis at {address(server)}: 4 databases; 2 holds 2 keys"
    assert [each["suggestion"] for each in made["questions"] if each["id"] == "redis-db"] == ["3"]


def test_migrate_refuses_a_database_that_does_not_exist(cli: Cli, redis_server: Start, values: Path) -> None:
    server = redis_server("--databases", "2")
    done = cli("migrate", "values.yaml", "--check-redis", server.url(), "--redis-db", "5", *UNATTENDED)

    assert done.returncode == 2
    assert f"--redis-db: the Redis at {address(server)} has no database 5: it has 2 databases" in done.stderr.decode()
    assert values.read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize("name", ["x", "prefect:stream"])
def test_migrate_warns_about_keys_in_the_database(cli: Cli, redis_server: Start, values: Path, name: str) -> None:
    server = redis_server()
    server.fill(2, name)
    done = cli("migrate", "values.yaml", "--check-redis", server.url(), "--redis-db", "2", *UNATTENDED)

    assert done.returncode == 0, done.stderr
    assert b"warning: values.yaml:21 redis-keys: database 2 of the Redis" in done.stdout
    assert values.read_text(encoding="utf-8") == AFTER


def test_migrate_blocks_on_a_secret_with_a_missing_database(cli: Cli, redis_server: Start, values: Path) -> None:
    """The values do not say which database the Secret's URL names, so the URL of the look does."""
    values.write_text(HIDDEN_PASSWORD, encoding="utf-8")
    server = redis_server("--cluster-enabled", "yes")
    given = ("--docket-secret", "docket", "--non-interactive")
    done = cli("migrate", "values.yaml", "--check-redis", server.url("/2"), *given)

    assert done.returncode == 4
    assert b"it is a cluster, which has database 0 only. Nothing was written." in done.stderr
    assert values.read_text(encoding="utf-8") == HIDDEN_PASSWORD


@pytest.mark.parametrize("command", ["plan", "verify", "migrate"])
def test_nothing_is_done_if_no_redis_answers(cli: Cli, values: Path, command: str) -> None:
    port = free_port()
    url = f"redis://:s3same@127.0.0.1:{port}"
    done = cli(command, "values.yaml", "--check-redis", url)
    machine = cli(command, "values.yaml", "--check-redis", url, "--format", "json")

    assert (done.returncode, machine.returncode) == (2, 2)
    assert f"--check-redis: the Redis at 127.0.0.1:{port} cannot be reached".encode() in done.stderr
    assert (report(machine)["path"], report(machine)["status"]) == ("values.yaml", "refused")
    assert "cannot be reached" in report(machine)["error"]
    assert b"s3same" not in done.stdout + done.stderr + machine.stdout + machine.stderr
    assert values.read_text(encoding="utf-8") == BEFORE


def test_check_redis_is_for_one_release_only(cli: Cli, values: Path) -> None:
    (values.parent / "two.yaml").write_text(BEFORE, encoding="utf-8")
    both = "".join(f"{name}:\n{indent(BEFORE, '  ')}" for name in ("one", "two"))
    (values.parent / "both.yaml").write_text(both, encoding="utf-8")
    for names in (["values.yaml", "two.yaml"], ["both.yaml"]):
        done = cli("plan", *names, "--check-redis", "redis://localhost")
        assert done.returncode == 2
        assert b"--check-redis names one Redis, which the 2 named releases" in done.stderr


@pytest.mark.parametrize("command", ["check", "diff"])
def test_check_and_diff_have_no_check_redis(cli: Cli, command: str) -> None:
    assert cli(command, "values.yaml", "--check-redis", "redis://localhost").returncode == 2


def test_a_saved_answer_fits_with_and_without_check_redis(cli: Cli, redis_server: Start, values: Path) -> None:
    """Answers that were saved with a look fit a run without one, and the other way round."""
    server = redis_server(save="60 1")
    server.fill(3, "x")
    look = ("--check-redis", server.url())
    for first, second in ((look, ()), ((), look)):
        values.write_text(BEFORE, encoding="utf-8")
        saving = ("--redis-db", "4", "--save-answers", "answers.yaml")
        assert cli("migrate", "values.yaml", *first, *saving, *UNATTENDED).returncode == 0
        written = values.read_bytes()
        values.write_text(BEFORE, encoding="utf-8")
        done = cli("migrate", "values.yaml", *second, "--answers", "answers.yaml", "--non-interactive")
        assert done.returncode == 0, done.stderr
        assert values.read_bytes() == written


def test_the_list_of_databases_shows_their_contents(
    migrate: Callable[..., Session], redis_server: Start, values: Path
) -> None:
    values.write_text(separate(), encoding="utf-8")
    server = redis_server("--databases", "6")
    server.fill(1, "a", "b", "c")
    server.fill(2, "prefect:stream")
    server.fill(4, "x")
    session = migrate("values.yaml", "--check-redis", server.url())
    session.asks("Database")
    session.says(f"- Redis at {address(server)}: 6 databases; 1 holds 3 keys; 2 holds 1 key, a docket; 4 holds 1 key")
    session.says(
        """
        > 3  no known user, empty, suggested
          4  no known user, 1 key
          5  no known user, empty
          another number
        """
    )
    session.type(UP * 3, ENTER)  # past the Secret and the URL
    session.asks("Database (Enter")
    session.type("6", ENTER)
    session.says(f"the Redis at {address(server)} has no database 6: it has 6 databases, 0 to 5")
    session.asks("Database (Enter; Esc: back, ?: why) 6")
    session.type(CLEAR, "3", ENTER)
    session.asks("Choose")
    session.says("warning: values.yaml:20: redis-persistence: ")
    session.type(ENTER)

    assert session.ends() == 0
    assert "url: redis://cache:6379/3" in values.read_text(encoding="utf-8")


def address(server: Server) -> str:
    return f"127.0.0.1:{server.port}"
