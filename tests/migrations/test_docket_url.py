"""4.14.0: the docket URL, built from the messaging Redis and the answers."""

from __future__ import annotations

from textwrap import dedent
from urllib.parse import unquote, urlsplit

import pytest

from migrator.errors import UsageError

from .conftest import Migrate, Plans, by_id

SEPARATE = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis:
      host: redis
"""


def docket(done_text: str) -> str:
    """The docket's URL in the text, without its quotes."""
    return done_text.partition("docket:\n      url: ")[2].partition("\n")[0].strip("\"'")


def test_an_existing_url_is_kept(migrate: Migrate) -> None:
    text = SEPARATE + "    docket:\n      url: redis://other:6379/3\n"
    assert migrate(text).text == text


def test_a_single_deployment_gets_no_docket(migrate: Migrate) -> None:
    text = SEPARATE.replace("true", "false")
    assert migrate(text).text == text


@pytest.mark.parametrize(
    ("redis", "url"),
    [
        ("port: 6380", "redis://redis:6380/2"),
        ('port: "6380"', "redis://redis:6380/2"),
        ("port: 06380", "redis://redis:6380/2"),
        ("port: 6380.0", "redis://redis:6380/2"),
        ("ssl: true", "rediss://redis:6379/2"),
        ("ssl: false", "redis://redis:6379/2"),
        ("password: secret", "redis://:secret@redis:6379/2"),
        ("password: 12345", "redis://:12345@redis:6379/2"),
        ('password: "p@ss:w/rd?#%+ &=é"', "redis://:p%40ss%3Aw%2Frd%3F%23%25%2B%20%26%3D%C3%A9@redis:6379/2"),
        ("{username: us:er, password: pass}", "redis://us%3Aer:pass@redis:6379/2"),
        ('password: "a$b"', "redis://:a%24b@redis:6379/2"),
        # Kubernetes turns $$ into $, in an env value as in the URL, and leaves %24 alone.
        ('password: "a$$b"', "redis://:a%24b@redis:6379/2"),
    ],
)
def test_port_tls_and_credentials_carry_over(migrate: Migrate, redis: str, url: str) -> None:
    lines = redis.strip("{}").split(", ")
    before = SEPARATE + "".join(f"      {line}\n" for line in lines)
    written = docket(migrate(before, {"redis-db": "2"}).text)
    assert written == url
    assert urlsplit(written).hostname == "redis"


def test_a_password_survives_percent_encoding(migrate: Migrate) -> None:
    password = "".join(chr(code) for code in range(33, 127) if chr(code) not in "'\\")
    text = migrate(f"{SEPARATE}      password: '{password}'\n", {"redis-db": "2"}).text
    assert unquote(urlsplit(docket(text)).password or "") == password


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("fd00::1", "[fd00::1]"),
        ("10.0.0.7", "10.0.0.7"),
        ("redis.prod.svc.cluster.local.", "redis.prod.svc.cluster.local."),
        ("my_redis", "my_redis"),
    ],
)
def test_every_kind_of_host_is_written_as_a_url_has_it(migrate: Migrate, host: str, where: str) -> None:
    before = SEPARATE.replace("host: redis", f'host: "{host}"')
    assert docket(migrate(before, {"redis-db": "2"}).text) == f"redis://{where}:6379/2"


# The database


def test_the_database_is_asked_for_and_2_suggested(plan: Plans) -> None:
    questions = by_id(plan(SEPARATE + "      db: 1\n"))
    assert list(questions) == ["redis-db"]
    assert questions["redis-db"].suggestion == "2" and questions["redis-db"].default is None
    assert "In use there: 1 by Prefect's messaging." in questions["redis-db"].text


def test_the_lowest_free_database_is_suggested_if_2_is_used(plan: Plans) -> None:
    assert by_id(plan(SEPARATE + "      db: 2\n"))["redis-db"].suggestion == "1"


@pytest.mark.parametrize(("answer", "complaint"), [
    ("1", "database 1 there is already used by Prefect's messaging"),
    ("abc", "'abc' is not a database number"),
    ("-1", "'-1' is not a database number"),
    ("1.5", "'1.5' is not a database number"),
    ("", "'' is not a database number"),
    ("²", "'²' is not a database number"),
])  # fmt: skip
def test_an_invalid_or_used_database_is_refused(plan: Plans, answer: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=r"--redis-db") as refused:
        plan(SEPARATE + "      db: 1\n", {"redis-db": answer})
    assert complaint in str(refused.value)


@pytest.mark.parametrize(("answer", "database"), [("0", "0"), (" 2", "2"), ("15", "15"), ("02", "2")])
def test_a_valid_database_is_accepted(migrate: Migrate, answer: str, database: str) -> None:
    done = migrate(SEPARATE + "      db: 1\n", {"redis-db": answer})
    assert docket(done.text) == f"redis://redis:6379/{database}"
    assert not done.warnings


@pytest.mark.parametrize("answer", ["16", "99", "123456"])
def test_a_database_above_15_is_a_warning(migrate: Migrate, answer: str) -> None:
    done = migrate(SEPARATE, {"redis-db": answer})
    assert docket(done.text) == f"redis://redis:6379/{answer}"
    assert [f"the docket is in database {answer}; a server has 0 to 15" in each.text for each in done.warnings] == [
        True
    ]


def test_messagings_own_database_0_needs_docket_url(migrate: Migrate, plan: Plans) -> None:
    with pytest.raises(UsageError, match="if that Redis has only one database, use --docket-url"):
        plan(SEPARATE, {"redis-db": "0"})
    done = migrate(SEPARATE, {"docket-url": "redis://redis:6379/0"})
    assert docket(done.text) == "redis://redis:6379/0"
    assert "database 0, which is also used by Prefect's messaging" in done.warnings[0].text


def test_the_caches_database_0_is_refused_as_a_url(plan: Plans) -> None:
    text = SEPARATE + "server: {env: [{name: INFRAHUB_CACHE_ADDRESS, value: cache}]}\n"
    with pytest.raises(UsageError, match="database 0 there is already used by the Infrahub cache"):
        plan(text, {"docket-url": "redis://cache:6379/0"})


def test_messagings_database_1_is_refused_as_a_url(plan: Plans) -> None:
    with pytest.raises(UsageError, match="database 1 there is already used by Prefect's messaging"):
        plan(SEPARATE + "      db: 1\n", {"docket-url": "redis://redis:6379/1"})


def test_a_database_of_another_server_or_port_is_free(migrate: Migrate) -> None:
    for url in ("redis://other:6379/1", "redis://redis:6380/1"):
        done = migrate(SEPARATE + "      db: 1\n", {"docket-url": url})
        assert docket(done.text) == url
        assert [each.text.partition(",")[0] for each in done.warnings] == [f"The docket is on the Redis at {url[8:-2]}"]


def test_the_cache_in_env_of_the_prefect_pods_counts(plan: Plans) -> None:
    text = SEPARATE + dedent("""\
              db: 1
        server:
          env:
            - {name: INFRAHUB_CACHE_ADDRESS, value: redis}
            - {name: INFRAHUB_CACHE_DATABASE, value: "2"}
        """)
    question = by_id(plan(text))["redis-db"]
    assert question.suggestion == "3"
    assert "1 by Prefect's messaging, 2 by the Infrahub cache" in question.text
    elsewhere = text.replace("INFRAHUB_CACHE_ADDRESS, value: redis", "INFRAHUB_CACHE_ADDRESS, value: other")
    assert by_id(plan(elsewhere))["redis-db"].suggestion == "2"


@pytest.mark.parametrize(
    "env",
    [
        "INFRAHUB_CACHE_DATABASE: 2, INFRAHUB_CACHE_ADDRESS: redis.prod",
        'INFRAHUB_CACHE_DATABASE: "2", INFRAHUB_CACHE_ADDRESS: redis.prod.svc.cluster.local',
        "INFRAHUB_CACHE_URL: redis://redis.prod:6379/2",
    ],
)
def test_infrahubs_own_cache_counts_on_the_same_server(plan: Plans, env: str) -> None:
    text = f"""\
infrahub:
  infrahubServer:
    infrahubServer:
      env: {{{env}}}
  prefect-server:
    server: {{env: []}}
    backgroundServices:
      runAsSeparateDeployment: true
      env: []
      messaging:
        redis: {{host: redis.prod, db: 1}}
"""
    with pytest.raises(UsageError, match="database 2 there is already used by the Infrahub cache"):
        plan(text, {"redis-db": "2"})
    with pytest.raises(UsageError, match="database 0 there is already used by the Infrahub cache"):
        plan(text, {"redis-db": "0"})
    other = text.replace("redis.prod:6379", "other:6379").replace("ADDRESS: redis.prod", "ADDRESS: other")
    assert "2 by" not in by_id(plan(other))["redis-db"].text


# The host


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("", "is empty"),
        ("example-infrahub-cache-master", "is the presets' example host"),
        ("example-infrahub-cache-master.prod.svc.cluster.local", "is the presets' example host"),
        ("my-example-infrahub-cache-master", "is the presets' example host"),
        ("${REDIS_HOST}", "is a placeholder"),
        ("<your-redis>", "is a placeholder"),
        ("ref+vault://redis#/host", "is a placeholder"),
        ("{{ .Release.Name }}-cache-master", "is a template expression, which the chart does not render there"),
        ("redis://redis", "is not a host name"),
        ("redis:6379", "is not a host name"),
        ("cafe:6379", "is not a host name"),
        ("a b", "is not a host name"),
    ],
)
def test_a_host_that_is_not_valid_in_a_url_is_a_question(plan: Plans, host: str, problem: str) -> None:
    questions = by_id(plan(SEPARATE.replace("host: redis", f'host: "{host}"')))
    assert list(questions) == ["redis-host", "redis-db"]
    assert problem in questions["redis-host"].text and repr(host) in questions["redis-host"].text


@pytest.mark.parametrize("name", ["example-infrahub-cache-master", "example-infrahub-cache-master.prod.svc"])
def test_the_example_host_is_replaced_in_messaging_and_docket(migrate: Migrate, name: str) -> None:
    before = SEPARATE.replace("host: redis", f'host: "{name}" # Set correct hostname')
    assert migrate(before, {"redis-host": "redis.prod", "redis-db": "2"}).text == dedent("""\
        backgroundServices:
          runAsSeparateDeployment: true
          messaging:
            redis:
              host: "redis.prod" # Set correct hostname
            docket:
              url: "redis://redis.prod:6379/2"
        """)


def test_a_placeholder_host_is_kept_in_messaging(migrate: Migrate) -> None:
    before = SEPARATE.replace("host: redis", "host: ${REDIS_HOST}") + "      db: 1\n"
    done = migrate(before, {"redis-host": "redis.prod", "redis-db": "2"})
    assert done.text == before + "    docket:\n      url: redis://redis.prod:6379/2\n"


def test_a_placeholder_is_accepted_as_the_host(migrate: Migrate) -> None:
    before = SEPARATE.replace("host: redis", "host: ${REDIS_HOST}")
    done = migrate(before, {"redis-host": "${REDIS_HOST}", "redis-db": "2"})
    assert docket(done.text) == "redis://${REDIS_HOST}:6379/2"


def test_messagings_database_counts_under_the_answered_host(plan: Plans) -> None:
    text = SEPARATE.replace("host: redis", "host: ${REDIS_HOST}") + "      db: 1\n"
    with pytest.raises(UsageError, match="database 1 there is already used by Prefect's messaging"):
        plan(text, {"redis-host": "redis.prod", "redis-db": "1"})


@pytest.mark.parametrize("answer", ["", "redis:6379", "redis://redis", "a b", "example-infrahub-cache-master.x", "-a"])
def test_an_answer_that_is_not_a_host_is_refused(plan: Plans, answer: str) -> None:
    with pytest.raises(UsageError, match="--redis-host"):
        plan(SEPARATE.replace("host: redis", "host: ''"), {"redis-host": answer, "redis-db": "2"})


def test_an_invalid_port_asks_for_the_whole_url(plan: Plans) -> None:
    for port in ("0", "65536", '"{{ .Values.port }}"', "${PORT}"):
        assert list(by_id(plan(f"{SEPARATE}      port: {port}\n"))) == ["docket-url"]


# prefect-server's own Redis


BUNDLED = """\
redis:
  enabled: true
backgroundServices:
  runAsSeparateDeployment: true
"""


def test_the_bundled_redis_is_named_after_the_release(migrate: Migrate) -> None:
    answers = {"docket-password": "reference", "redis-db": "2", "release-name": "prefect", "namespace": "prod"}
    assert (
        migrate(BUNDLED, answers).text
        == BUNDLED
        + """\
  messaging:
    docket:
      url: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@prefect-redis-headless.prod.svc.cluster.local:6379/2
"""
    )


def test_the_bundled_redis_asks_for_release_name_and_namespace(plan: Plans) -> None:
    questions = by_id(plan(BUNDLED))
    assert list(questions) == ["docket-password", "release-name", "namespace", "redis-db"]
    assert questions["release-name"].flag == "--release-name"


@pytest.mark.parametrize(
    ("redis", "release", "name"),
    [
        ("fullnameOverride: queue", "prefect", "queue-headless"),
        ("nameOverride: queue", "prefect", "prefect-queue-headless"),
        ("nameOverride: ''", "my-redis", "my-redis-headless"),
    ],
)
def test_the_bundled_redis_follows_name_overrides(migrate: Migrate, redis: str, release: str, name: str) -> None:
    answers = {"docket-password": "reference", "redis-db": "2", "release-name": release, "namespace": "prod"}
    done = migrate(BUNDLED.replace("enabled: true", f"enabled: true\n  {redis}"), answers)
    assert f"@{name}.prod.svc.cluster.local:6379/2" in done.text


def test_the_bundled_redis_uses_a_password_in_the_values(migrate: Migrate) -> None:
    before = (
        BUNDLED
        + """\
  messaging:
    redis:
      host: redis
      password: p@ss
"""
    )
    done = migrate(before, {"redis-db": "2"})
    assert done.text == before + "    docket:\n      url: redis://:p%40ss@redis:6379/2\n"


def test_the_bundled_redis_with_a_host_asks_only_for_its_password(plan: Plans) -> None:
    text = BUNDLED + "  messaging: {redis: {host: redis}}\n"
    assert list(by_id(plan(text))) == ["docket-password", "redis-db"]
