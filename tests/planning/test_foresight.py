"""Notices before the questions are answered: what the run itself will fix is not reported as an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrator.planning import discover, examine
from migrator.values.changes import Notice
from tests import releases, skeleton

Cli = Callable[..., Any]
BROKER = "        - {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}\n"
HOST = "        - {name: PREFECT_REDIS_MESSAGING_HOST, value: redis}\n"
SOUND = skeleton.values("webserver-only pin register", "metrics", ("host: '${HOST}'", "db: 1"))
TWICE = SOUND.replace("      env:\n", f"      env:\n{HOST}{BROKER}")
"""Both lists have entries that the chart sets; they are removed once the messaging host is known."""

NOWHERE = f"""\
infrahub:
  prefect-server:
    server:
      env:
        - {{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}}
{HOST}    backgroundServices:
      env:
{HOST}"""


def rule_notices(text: str, tmp_path: Path, **answers: str) -> list[Notice]:
    """The notices of rules that are broken."""
    path = tmp_path / "values.yaml"
    path.write_text(text, "utf-8")
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    request = examine.Request(discover.Options(version_from="4.13.0"), given)
    return [
        notice for notice in examine.examine(releases.of_text(path.read_text()), request).plan.notices if notice.rule
    ]


def test_what_every_answer_fixes_is_not_reported(tmp_path: Path) -> None:
    assert rule_notices(TWICE, tmp_path, redis_host="redis", redis_db="2") == []
    assert rule_notices(TWICE, tmp_path) == []


def test_what_no_answer_fixes_is_reported_before_and_after(tmp_path: Path) -> None:
    """No step removes a custom entry that is set twice."""
    twice = TWICE.replace(BROKER, BROKER + '        - {name: OURS, value: "1"}\n' * 2, 1)
    (after,) = rule_notices(twice, tmp_path, redis_host="redis", redis_db="2")
    assert (after.rule, after.text.partition(" is set")[0][-4:]) == ("env-twice", "OURS")
    assert rule_notices(twice, tmp_path) == [after]


def test_what_one_answer_fixes_is_reported_with_that_answer(tmp_path: Path) -> None:
    (single,) = rule_notices(NOWHERE, tmp_path, separate_services="single")
    assert (single.rule, "this run fixes it" in single.text) == ("services-nowhere", False)
    assert rule_notices(NOWHERE, tmp_path, separate_services="separate", redis_db="2") == []
    (before,) = rule_notices(NOWHERE, tmp_path)
    assert before.text == f"{single.text} With separate-services=separate, this run fixes it."


def test_warnings_alone_cost_no_further_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate over thousands of releases would pay for each of them several times over."""
    monkeypatch.setattr("migrator.planning.foresight._ways", None)
    example = "        - {name: INFRAHUB_CACHE_ADDRESS, value: example-infrahub-cache-master}\n"
    warned = SOUND.replace("      env:\n", f"      env:\n{example}")
    assert [each.rule for each in rule_notices(warned, tmp_path)] == ["cache-example-host"] * 2
    with pytest.raises(TypeError):
        rule_notices(TWICE, tmp_path)


@pytest.mark.parametrize("left", ["redis_db", "redis_host"])
def test_one_open_question_less_gives_the_same_notices(tmp_path: Path, left: str) -> None:
    """Whichever of the two is still open."""
    answers = {"redis_host": "redis", "redis_db": "2"}
    del answers[left]
    assert rule_notices(TWICE, tmp_path, **answers) == []


def test_the_printed_plan_has_no_error_that_the_run_fixes(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(TWICE, "utf-8")
    done = cli("plan", "values.yaml", "--from", "4.13.0")
    text = b" ".join(done.stdout.split())
    assert b"To decide" in text and b"error:" not in text and b"is set beside" not in text
