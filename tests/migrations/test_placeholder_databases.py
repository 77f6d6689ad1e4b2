"""4.14.0: a database number that is filled in later may be the docket's, which is a warning."""

from __future__ import annotations

import pytest

from .conftest import Migrate

VALUES = """\
infrahub:
  @part@:
    @part@:
      env: {@env@}
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis: {host: redis, db: '@db@'}
"""
PART = "infrahubServer"
ELSEWHERE = "INFRAHUB_CACHE_ADDRESS: other"


def values(env: str = ELSEWHERE, db: str = "1", part: str = PART) -> str:
    return VALUES.replace("@part@", part).replace("@env@", env).replace("@db@", db)


def warnings_about(migrate: Migrate, text: str) -> list[str]:
    done = migrate(text, {"redis-db": "5", "flavour": "none"}, chart="infrahub-enterprise")
    assert "redis://redis:6379/5" in done.text
    return [each.text for each in done.warnings if "it may or may not be" in each.text]


@pytest.mark.parametrize("number", ["${REDIS_DB:=5}", "${X}", "{{ .Values.db }}", "ref+vault://redis/db", "<db>"])
def test_a_placeholder_as_messagings_database_is_a_warning(migrate: Migrate, number: str) -> None:
    assert warnings_about(migrate, values(db=number)) == [
        f"The database of Prefect's messaging is {number}, so it may or may not be the docket's, 5. Make sure that "
        "it is a different one."
    ]


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        ('INFRAHUB_CACHE_ADDRESS: redis, INFRAHUB_CACHE_DATABASE: "${X}"', "${X}"),
        ('INFRAHUB_CACHE_ADDRESS: redis.prod, INFRAHUB_CACHE_DATABASE: "<db>"', "<db>"),
        ('INFRAHUB_CACHE_ADDRESS: "${HOST}", INFRAHUB_CACHE_DATABASE: "${X}"', "${X}"),
        ('INFRAHUB_CACHE_DATABASE: "${X}"', "${X}"),
        ('INFRAHUB_CACHE_URL: "redis://:hunter2@redis:6379/${X}"', "${X}"),
        ('INFRAHUB_CACHE_URL: "${URL}"', "filled in later"),
        ('INFRAHUB_CACHE_URL: "redis://:hunter2@${HOST}"', "filled in later"),
    ],
)
@pytest.mark.parametrize(
    ("part", "who"), [(PART, "the Infrahub cache"), ("infrahubTaskWorker", "the task workers' cache")]
)
def test_a_placeholder_as_the_caches_database_is_a_warning(
    migrate: Migrate, env: str, shown: str, part: str, who: str
) -> None:
    (text,) = warnings_about(migrate, values(env, part=part))
    assert text.startswith(f"The database of {who} is {shown}, so it may or may not be")


@pytest.mark.parametrize(
    "env",
    [
        'INFRAHUB_CACHE_ADDRESS: other, INFRAHUB_CACHE_DATABASE: "${X}"',
        'INFRAHUB_CACHE_ADDRESS: redis, INFRAHUB_CACHE_PORT: "6380", INFRAHUB_CACHE_DATABASE: "${X}"',
        'INFRAHUB_CACHE_URL: "redis://other:6379/${X}"',
        "INFRAHUB_CACHE_ADDRESS: redis, INFRAHUB_CACHE_DATABASE: 3",
    ],
)
def test_another_server_or_a_known_number_is_no_warning(migrate: Migrate, env: str) -> None:
    assert warnings_about(migrate, values(env)) == []


def test_a_cache_database_from_a_secret_is_a_warning(migrate: Migrate) -> None:
    entry = "{name: INFRAHUB_CACHE_DATABASE, valueFrom: {secretKeyRef: {name: a, key: b}}}"
    text = values() + f"    server: {{env: [{{name: INFRAHUB_CACHE_ADDRESS, value: redis}}, {entry}]}}\n"
    assert [each[:54] for each in warnings_about(migrate, text)] == [
        "The database of the Infrahub cache is set by valueFrom"
    ]
