"""4.14.0: a docket that exists already or goes into a Secret, and passwords that cannot be read."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import UsageError

from .conftest import Migrate, Plans, by_id, effects
from .dockets import DOCKET, IN_SECRET, SEPARATE

REFERENCE = "$(PREFECT_REDIS_MESSAGING_PASSWORD)"


# A URL in messaging.docket


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis:6379/2",
        "rediss://other/2",
        "redis://:p%40ss@redis:6379/15",
        "redis://user:p%25@redis:6379/2",
        "redis://[fd00::1]:6379/2",
        "redis://${HOST}:6379/2",
        "redis://redis:6379/99",
    ],
)
def test_a_sound_url_is_kept(migrate: Migrate, url: str) -> None:
    text = f'{SEPARATE}    docket: {{url: "{url}"}}\n'
    assert migrate(text).text == text


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("Redis://redis:6379/2", "its scheme is 'Redis'"),
        ("redis+cluster://redis:6379/0", "its scheme is 'redis+cluster'"),
        ("unix:///run/redis.sock", "its scheme is 'unix'"),
        ("redis:6379/2", "it does not begin with redis:// or rediss://"),
        ("redis:///2", "it names no host, which silently means localhost"),
        ("redis://:secret@/2", "it names no host"),
        ("redis://redis:6379", "it names no database (…/N), which silently means database 0"),
        ("redis://redis:6379/", "its database '' is not a number"),
        ("redis://redis:6379/two", "its database 'two' is not a number, which silently means database 0"),
        ("redis://redis:6379/1/2", "it has an unencoded @, / or #"),
        ("redis://redis:6379/2?db=5", "`?db=` overrides the database in the path"),
        ("redis://redis:6379/2?ssl_cert_reqs=none", "it has a query"),
        ("redis://redis:6379/-1", "its database '-1' is not a number"),
        ("redis://:p@ss@redis:6379/2", "it has an unencoded @, / or #"),
        ("redis://:p/ss@redis:6379/2", "it has an unencoded @, / or #"),
        ("redis://:p#ss@redis:6379/2", "it has an unencoded @, / or #"),
        ("redis://:p%ss@redis:6379/2", "its password has a % that starts no percent-encoded character"),
        ("redis://redis:99999/2", "port 99999 is not between 1 and 65535"),
        ("redis://redis:0/2", "port 0 is not between 1 and 65535"),
        ("redis://{{ .Values.host }}:6379/2", "it contains a template expression"),
        ("redis://:$(OTHER)@redis:6379/2", "Kubernetes cannot fill in $(OTHER)"),
        (f"redis://:{REFERENCE}@redis:6379/2", "is not set, since messaging.redis has no password"),
        ("ref+vault://secret/docket#/url", "its scheme is 'ref+vault'"),
    ],
)
def test_an_unsound_url_is_a_question_and_refused_as_an_answer(
    migrate: Migrate, plan: Plans, url: str, problem: str
) -> None:
    text = f'{SEPARATE}    docket: {{url: "{url}"}}\n'
    questions = by_id(plan(text))
    assert list(questions) == ["docket-url"]
    assert problem in questions["docket-url"].text
    with pytest.raises(UsageError) as refused:
        plan(SEPARATE, {"docket-url": url})
    assert problem in str(refused.value)
    fixed = migrate(text, {"docket-url": "redis://redis:6379/2"})
    assert fixed.text == f'{SEPARATE}    docket: {{url: "redis://redis:6379/2"}}\n'


def test_the_example_host_is_refused_as_an_answer(plan: Plans) -> None:
    with pytest.raises(UsageError, match="contains the presets' example host"):
        plan(SEPARATE, {"docket-url": "redis://example-infrahub-cache-master.prod:6379/2"})


def test_passwords_are_masked_in_questions_and_errors(plan: Plans) -> None:
    text = f"{SEPARATE}    docket: {{url: 'redis://me:hunter2@redis:6379'}}\n"
    assert "hunter2" not in by_id(plan(text))["docket-url"].text
    with pytest.raises(UsageError) as refused:
        plan(SEPARATE, {"docket-url": "redis://me:hunter2@redis:6379"})
    assert "hunter2" not in str(refused.value)


def test_a_reference_to_a_password_that_the_chart_injects_is_sound(migrate: Migrate) -> None:
    text = DOCKET.replace("db: 1}", "db: 1, existingSecret: redis}").replace("//redis:", f"//:{REFERENCE}@redis:")
    assert migrate(text).text == text


@pytest.mark.parametrize("nothing", ["{}", "null", '{url: ""}', "{url: null}", "{url: ~, existingSecret: ''}"])
def test_an_empty_docket_is_filled(migrate: Migrate, plan: Plans, nothing: str) -> None:
    text = f"{SEPARATE}    docket: {nothing}\n"
    assert list(by_id(plan(text))) == ["redis-db"]
    done = migrate(text, {"redis-db": "2"})
    assert "redis://redis:6379/2" in done.text
    assert effects(done.plan) == {"required"}


# The presets' example host in the URL


CACHE = "server: {env: [{name: INFRAHUB_CACHE_ADDRESS, value: redis}]}\n"


def test_messagings_database_is_kept_with_a_warning(migrate: Migrate) -> None:
    text = DOCKET.replace("/2", "/1") + CACHE
    done = migrate(text)
    assert done.text == text
    assert ["database 1, which is also used by Prefect's messaging" in each.text for each in done.warnings] == [True]


def test_a_docket_in_the_caches_database_is_a_question(migrate: Migrate, plan: Plans) -> None:
    """A file with an error of `verify` that a migration can fix is never current."""
    text = DOCKET.replace("/2", "/0") + CACHE
    questions = by_id(plan(text))
    assert list(questions) == ["redis-db"]
    assert questions["redis-db"].text.startswith(
        "The docket's URL names database 0, which is used by the Infrahub cache. Which database "
    )
    assert by_id(plan(DOCKET.partition("    docket:")[0] + CACHE))["redis-db"].text.startswith("Which database ")
    done = migrate(text, {"redis-db": "3"})
    assert done.text == DOCKET.replace("/2", "/3") + CACHE
    assert effects(done.plan) == {"required"}
    assert migrate(text, {"docket-url": "redis://redis:6379/2"}).text == DOCKET + CACHE
    with pytest.raises(UsageError, match="database 0 there is already used by the Infrahub cache"):
        plan(text, {"redis-db": "0"})


@pytest.mark.parametrize(
    ("redis", "url", "how"),
    [
        ("{host: redis, db: 1, ssl: true}", "redis://redis:6379/2", "it is redis://, while messaging uses that"),
        (
            "{host: redis, db: 1}",
            "rediss://redis/2",
            "it is rediss://, while messaging uses that server without TLS",
        ),
        ("{host: redis.prod, db: 1}", "rediss://redis.prod.:6379/2", "it is rediss://"),
    ],
)
def test_a_scheme_that_contradicts_messaging_is_a_question(plan: Plans, redis: str, url: str, how: str) -> None:
    """One of the two connections would hang or be refused: `verify` calls it an error."""
    text = f"{SEPARATE.replace('{host: redis, db: 1}', redis)}    docket: {{url: '{url}'}}\n"
    questions = by_id(plan(text))
    assert list(questions) == ["docket-url"]
    assert how in questions["docket-url"].text
    with pytest.raises(UsageError, match=r"it is rediss?://, while messaging uses that server"):
        plan(text, {"docket-url": url})


@pytest.mark.parametrize(
    ("redis", "url"),
    [
        ("{host: redis, db: 1, ssl: true}", "rediss://redis:6379/2"),
        ("{host: redis, db: 1}", "rediss://other/2"),
        ("{host: redis, db: 1}", "rediss://redis:6380/2"),
    ],
)
def test_a_scheme_that_nothing_contradicts_is_kept(migrate: Migrate, redis: str, url: str) -> None:
    text = f"{SEPARATE.replace('{host: redis, db: 1}', redis)}    docket: {{url: '{url}'}}\n"
    assert migrate(text).text == text


def test_redis_db_replaces_a_scheme_that_contradicts_messaging(migrate: Migrate) -> None:
    tls = DOCKET.replace("db: 1}", "db: 1, ssl: true}")
    assert migrate(tls, {"redis-db": "3"}).text == tls.replace("redis://redis:6379/2", "rediss://redis:6379/3")


def test_only_the_database_of_a_url_changes(migrate: Migrate) -> None:
    tls = DOCKET.replace("db: 1}", "db: 1, ssl: true}")
    text = tls.replace("redis://redis:6379/2", "rediss://me:p%40ss@redis/0") + CACHE.replace("redis}", "redis.prod}")
    assert migrate(text, {"redis-db": "2"}).text == text.replace("redis/0", "redis/2")


def test_database_0_is_kept_if_messaging_uses_it_too(migrate: Migrate) -> None:
    """If messaging is on 0 too, the server may have only one database."""
    text = DOCKET.replace("/2", "/0").replace("db: 1", "db: 0") + CACHE
    assert migrate(text).text == text


@pytest.mark.parametrize("url", ["memory://", "MEMORY://", ""])
def test_a_private_docket_counts_as_none(migrate: Migrate, plan: Plans, url: str) -> None:
    text = f'{SEPARATE}    docket: {{url: "{url}"}}\n'
    assert list(by_id(plan(text))) == ["redis-db"]
    assert migrate(text, {"redis-db": "2"}).text == f'{SEPARATE}    docket: {{url: "redis://redis:6379/2"}}\n'


@pytest.mark.parametrize("url", ["redis://redis", "redis://redis:6379/two", "unix:///run/redis", "redis://{{ x }}/2"])
def test_redis_db_replaces_an_unsound_url(migrate: Migrate, url: str) -> None:
    text = f'{SEPARATE}    docket: {{url: "{url}"}}\n'
    assert migrate(text, {"redis-db": "2"}).text == f'{SEPARATE}    docket: {{url: "redis://redis:6379/2"}}\n'


def test_an_unset_reference_with_the_example_host_asks_for_the_url(migrate: Migrate, plan: Plans) -> None:
    """Replacing only the host would leave a URL that cannot work."""
    host = "example-infrahub-cache-master"
    own = f'{SEPARATE}    docket: {{url: "redis://:{REFERENCE}@{host}:6379/2"}}\n'
    text = own.replace("host: redis", f"host: {host}")
    questions = by_id(plan(text))
    assert list(questions) == ["redis-host", "docket-url"]
    assert "is not set" in questions["docket-url"].text
    done = migrate(text, {"redis-host": "redis", "docket-url": "redis://redis:6379/2"})
    assert done.text == f'{SEPARATE}    docket: {{url: "redis://redis:6379/2"}}\n'
    assert migrate(text, {"redis-host": "redis", "redis-db": "2"}).text == done.text


def test_the_presets_url_is_rebuilt_with_its_database(migrate: Migrate) -> None:
    before = dedent("""\
        backgroundServices:
          runAsSeparateDeployment: true
          messaging:
            redis:
              host: redis
              password: p@ss
            docket:
              url: "redis://example-infrahub-cache-master:6379/3" # Set correct hostname
        """)
    after = before.replace("//example-infrahub-cache-master:6379/3", "//:p%40ss@redis:6379/3")
    assert migrate(before).text == after


def test_the_presets_url_in_a_used_database_is_a_question(migrate: Migrate, plan: Plans) -> None:
    text = DOCKET.replace("//redis:6379/2", "//example-infrahub-cache-master:6379/1")
    assert list(by_id(plan(text))) == ["redis-db"]
    assert migrate(text, {"redis-db": "2"}).text == DOCKET


def test_redis_db_overrides_the_presets_database(migrate: Migrate) -> None:
    text = DOCKET.replace("//redis:6379/2", "//example-infrahub-cache-master:6379/2")
    assert migrate(text, {"redis-db": "5"}).text == DOCKET.replace("6379/2", "6379/5")


def test_only_the_host_changes_in_a_customised_url(migrate: Migrate) -> None:
    text = DOCKET.replace("//redis:6379", "//:p%40ss@example-infrahub-cache-master.prod:6380")
    assert migrate(text).text == DOCKET.replace("//redis:6379", "//:p%40ss@redis:6380")


# A Secret


def test_an_existing_secret_is_kept(migrate: Migrate) -> None:
    assert migrate(IN_SECRET).text == IN_SECRET


def test_docket_secret_is_written_as_existing_secret(migrate: Migrate) -> None:
    done = migrate(SEPARATE, {"docket-secret": "queue:url"})
    assert done.text == IN_SECRET
    assert "kubectl create secret generic queue --from-literal=url='redis://USER:PASSWORD@redis:6379/N'" in done.notices
    assert migrate(SEPARATE, {"docket-secret": "queue"}).text == SEPARATE + "    docket:\n      existingSecret: queue\n"


@pytest.mark.parametrize("answer", ["", "Queue", "queue:", ":url", "queue url", "queue:u/rl"])
def test_an_invalid_secret_name_is_refused(plan: Plans, answer: str) -> None:
    with pytest.raises(UsageError, match="is not the NAME or NAME:KEY of a Secret"):
        plan(SEPARATE, {"docket-secret": answer})


PASSWORD_IN_SECRET = SEPARATE.replace("db: 1}", "db: 1, existingSecret: redis-password}")


def test_a_password_in_a_secret_asks_for_a_reference_or_a_secret(migrate: Migrate, plan: Plans) -> None:
    assert list(by_id(plan(PASSWORD_IN_SECRET))) == ["docket-password", "redis-db"]
    by_reference = migrate(PASSWORD_IN_SECRET, {"docket-password": "reference", "redis-db": "2"})
    assert by_reference.text == PASSWORD_IN_SECRET + f"    docket:\n      url: redis://:{REFERENCE}@redis:6379/2\n"
    assert list(by_id(plan(PASSWORD_IN_SECRET, {"docket-password": "secret"}))) == ["docket-secret"]
    asked = migrate(PASSWORD_IN_SECRET, {"docket-password": "secret", "docket-secret": "queue"})
    assert asked.text == PASSWORD_IN_SECRET + "    docket:\n      existingSecret: queue\n"
    by_secret = migrate(PASSWORD_IN_SECRET, {"docket-secret": "queue"})
    assert by_secret.text == PASSWORD_IN_SECRET + "    docket:\n      existingSecret: queue\n"


@pytest.mark.parametrize(
    ("values", "source"),
    [
        ("username: prefect", "only a username is set"),
        ('password: "${PASSWORD}"', "messaging.redis.password is filled in later"),
        ('password: "x${PASSWORD}y"', "messaging.redis.password"),
        ('password: "<password>"', "messaging.redis.password"),
        ("password: ref+vault://redis#/password", "messaging.redis.password"),
        ('username: "${USERNAME}", password: known', "messaging.redis.username is a placeholder"),
    ],
)
def test_a_password_that_cannot_be_read_needs_a_secret_or_a_url(
    migrate: Migrate, plan: Plans, values: str, source: str
) -> None:
    text = SEPARATE.replace("db: 1}", f"db: 1, {values}}}")
    questions = by_id(plan(text))
    assert list(questions) == ["docket-secret"]
    assert f"no password for the messaging Redis: {source}" in questions["docket-secret"].text
    assert migrate(text, {"docket-secret": "queue"}).text == text + "    docket:\n      existingSecret: queue\n"
    done = migrate(text, {"docket-url": "redis://prefect:secret@redis:6379/2"})
    assert done.text == text + "    docket:\n      url: redis://prefect:secret@redis:6379/2\n"


def test_a_password_that_extra_env_sources_may_have_needs_a_secret(plan: Plans) -> None:
    for extra in ("  extraEnvVarsSecret: more\n", "server: {extraEnvVarsCM: more}\n"):
        questions = by_id(plan(SEPARATE + extra))
        assert list(questions) == ["docket-secret"] and " more (" in questions["docket-secret"].text
        known = SEPARATE.replace("db: 1}", "db: 1, password: known}")
        assert list(by_id(plan(known + extra))) == ["redis-db"], "the chart's own password wins over envFrom"
