"""The messaging block: wiring in env lists moves to `backgroundServices.messaging`, and services become separate."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.errors import UsageError
from tests import skeleton

from .conftest import Migrate, Plans, by_id, effects

DB = {"redis-db": "2"}
TO_HOP = {"version_to": "4.13.0"}


def entries(*words: str, indent: int = 8) -> str:
    return skeleton.entries(" ".join(words), indent)


WIRING = (
    "PREFECT_MESSAGING_BROKER=prefect_redis.messaging",
    "PREFECT_MESSAGING_CACHE=prefect_redis.messaging",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING=prefect_redis.ordering",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=prefect_redis.lease_storage",
    "PREFECT_REDIS_MESSAGING_DB=1",
)
OWN = ("register", "WEB_CONCURRENCY=1")
ADDRESS = "INFRAHUB_CACHE_ADDRESS=cache"
HOST = "PREFECT_REDIS_MESSAGING_HOST=cache"


def generation_a(server: tuple[str, ...], background: tuple[str, ...], head: str = "") -> str:
    return (
        "infrahub:\n  prefect-server:\n    server:\n      env:\n"
        + entries(*server)
        + "    backgroundServices:\n"
        + head
        + "      env:\n"
        + entries(*background)
    )


A_SERVER = (HOST, ADDRESS, "webserver-only", "triggers-off", "pin", OWN[0], *WIRING, OWN[1])
A_BACKGROUND = (HOST, ADDRESS, "triggers-on", "pin", OWN[0], *WIRING)
A = generation_a(A_SERVER, A_BACKGROUND)
A2_HEAD = """\
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: cache
          db: 1
"""
A2 = generation_a(A_SERVER, A_BACKGROUND, A2_HEAD)
B = generation_a(
    (ADDRESS, "webserver-only", "triggers-off", "pin", *OWN), (ADDRESS, "triggers-on", "pin", OWN[0]), A2_HEAD
)
E = skeleton.values(
    f"{ADDRESS} webserver-only pin register WEB_CONCURRENCY=1",
    f"metrics {ADDRESS} register",
    ("host: cache", "db: 1"),
    "redis://cache:6379/2",
)


@pytest.mark.parametrize("before", [A, A2, B], ids=["A", "A2", "B"])
def test_every_generation_reaches_the_newest_in_one_run(migrate: Migrate, before: str) -> None:
    done = migrate(before, DB)
    assert done.text == E
    assert "env.INFRAHUB_CACHE_ADDRESS stays: it is harmless" in done.notices
    assert migrate(done.text).text == E


@pytest.mark.parametrize("before", [A, A2, B], ids=["A", "A2", "B"])
def test_hop_by_hop_equals_the_jump(migrate: Migrate, before: str) -> None:
    first = migrate(before, **TO_HOP)
    second = migrate(first.text, DB, version_from="4.13.0", version_to="4.14.0")
    third = migrate(second.text, version_from="4.14.0", version_to="4.14.1")
    assert third.text == E
    assert len({before, first.text, second.text, third.text}) == 4


def test_added_values_are_required_and_removed_entries_have_effect_none(plan: Plans) -> None:
    steps = {each.step.id: each for each in plan(A, DB).steps}
    assert {change.effect for change in steps["separate-services"].changes} == {"required"}
    assert {(change.kind, change.effect) for change in steps["messaging"].changes} == {
        ("add", "required"),
        ("remove", "none"),
    }
    assert {change.effect for change in steps["leftovers"].changes} == {"none"}
    assert effects(plan(A2, {**DB, "event-logger": "remove"}, **TO_HOP)) == {"none"}


@pytest.mark.parametrize("flavour", ["none", "medium", "large-data"])
def test_generation_a_migrates_alike_on_every_flavour(migrate: Migrate, flavour: str) -> None:
    version = "4.13.0" if flavour == "none" else f"4.13.0-{flavour}"
    assert migrate(A, DB, version_from=version).text == E


def test_every_part_of_the_connection_moves(migrate: Migrate) -> None:
    more: tuple[str, ...] = ("PREFECT_REDIS_MESSAGING_PORT=6380", "PREFECT_REDIS_MESSAGING_SSL=true")
    more += ("PREFECT_REDIS_MESSAGING_USERNAME=prefect", "PREFECT_REDIS_MESSAGING_PASSWORD=s3cret")
    done = migrate(generation_a((*A_SERVER, *more), (*A_BACKGROUND, *more)), DB)
    block = """\
        redis:
          host: cache
          port: 6380
          db: 1
          ssl: true
          username: prefect
          password: s3cret
        docket:
          url: rediss://prefect:s3cret@cache:6380/2
"""
    assert done.text == E.replace(E[E.index("        redis:") : E.index("      env:\n        - name: PROM")], block)


def test_a_password_in_a_secret_becomes_an_existing_secret(migrate: Migrate) -> None:
    entry = """\
        - name: PREFECT_REDIS_MESSAGING_PASSWORD
          valueFrom:
            secretKeyRef: {name: redis, key: pass}
"""
    before = generation_a(A_SERVER, A_BACKGROUND).replace("    backgroundServices:", f"{entry}    backgroundServices:")
    done = migrate(before + entry, {**DB, "docket-password": "reference"})
    block = """\
          existingSecret: redis
          existingSecretPasswordKey: pass
        docket:
          url: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@cache:6379/2
"""
    assert block in done.text
    assert "- name: PREFECT_REDIS_MESSAGING_PASSWORD" not in done.text


def test_a_url_moves_as_its_parts(migrate: Migrate) -> None:
    url = "PREFECT_REDIS_MESSAGING_URL=rediss://prefect:p%40ss@cache:6380/1"
    before = generation_a((url, *A_SERVER[1:]), (url, *A_BACKGROUND[1:]))
    done = migrate(before, DB)
    assert "PREFECT_REDIS_MESSAGING" not in done.text
    for line in ("host: cache", "port: 6380", "db: 1", "ssl: true", "username: prefect", "password: p@ss"):
        assert f"          {line}\n" in done.text
    assert "url: rediss://prefect:p%40ss@cache:6380/2\n" in done.text


def test_a_comment_that_heads_background_services_stays_in_place(migrate: Migrate) -> None:
    comment = "      # replicaCount: 1 # not supported yet\n"
    done = migrate(generation_a(A_SERVER, A_BACKGROUND, comment), DB)
    assert done.text == E.replace("      env:\n        - name: PROM", f"{comment}      env:\n        - name: PROM")


# Nothing is moved that would be lost.

INFRAHUB = "global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub}}}\n"


def separate(server: tuple[str, ...] = (), background: tuple[str, ...] = (), broker: str = "") -> str:
    """A prefect-server release with separate services and no docket yet."""
    parts = ["server:\n  env:\n" + entries(*server, indent=4) if server else ""]
    parts.append("backgroundServices:\n  runAsSeparateDeployment: true\n  messaging:\n")
    parts += [f"    broker: {broker}\n" if broker else "", "    redis: {host: cache, db: 1}\n"]
    parts.append("  env:\n" + entries(*background, indent=4) if background else "")
    return "".join(parts)


@pytest.mark.parametrize(
    "before",
    [
        separate(server=("PREFECT_REDIS_MESSAGING_PASSWORD=x",)),
        INFRAHUB + separate(background=("PREFECT_API_DATABASE_MIGRATE_ON_START=false",)),
        separate(server=(HOST,), background=(HOST,), broker="acme.messaging"),
    ],
    ids=["a password on one pod only", "a pin without the old presets' entries", "another broker"],
)
def test_entries_that_would_be_lost_stay(plan: Plans, before: str) -> None:
    assert [each for each in plan(before).steps if "messaging_block" in each.known.id] == []


def test_a_pin_is_removed_if_the_image_does_not_read_it(migrate: Migrate) -> None:
    before = separate(background=("PREFECT_API_DATABASE_MIGRATE_ON_START=false",))
    done = migrate(before, DB)
    assert "MIGRATE_ON_START" not in done.text and "  env: []\n" in done.text
    assert effects(done.plan) == {"none", "required"}  # required: the docket


def test_a_password_on_both_pods_moves(migrate: Migrate) -> None:
    own = ("PREFECT_REDIS_MESSAGING_PASSWORD=x",)
    done = migrate(separate(own, own), DB)
    assert "password: x" in done.text and "PREFECT_REDIS_MESSAGING_PASSWORD" not in done.text


# Near-misses: nothing is turned on unasked.

HA = """\
server:
  replicaCount: 2
  env:
    - name: PREFECT_MESSAGING_BROKER
      value: prefect_redis.messaging
    - name: PREFECT_MESSAGING_CACHE
      value: prefect_redis.messaging
    - name: PREFECT_REDIS_MESSAGING_HOST
      value: redis.prod
"""
NEAR_MISSES = [
    (HA, "only one of server.env and backgroundServices.env"),
    (generation_a((HOST, "triggers-off", *WIRING), A_BACKGROUND), "does not keep the services off the API pods"),
    (generation_a((HOST, "webserver-only", *WIRING), (HOST, *WIRING)), "no service toggles"),
    (A.replace('HOST\n          value: "cache"', 'HOST\n          value: "other"', 1), "differs between the two pods"),
    (A.replace("DB\n          value: \"1\"", "DB\n          value: \"{{ .Values.db }}\""), "is a template expression"),
    (A.replace("_HOST\n", "_URL\n").replace('"cache"', '"{{ .Values.url }}"'), "_URL cannot be read from here"),
    (A.replace('"prefect_redis.messaging"', '"prefect.server.utilities.messaging.memory"'), "which is not Redis"),
]  # fmt: skip
IDS = ["HA", "no webserver-only", "no toggles", "differing", "template", "unreadable URL", "no redis"]


@pytest.mark.parametrize(("before", "reason"), NEAR_MISSES, ids=IDS)
def test_a_near_miss_is_asked_about(plan: Plans, before: str, reason: str) -> None:
    made = plan(before, {"flavour": "none"} if "infrahub" in before else {})
    assert list(by_id(made)) == ["separate-services"]
    assert reason in by_id(made)["separate-services"].text
    assert made.changes == []


@pytest.mark.parametrize(("before", "reason"), NEAR_MISSES, ids=IDS)
def test_answering_single_writes_only_that(migrate: Migrate, before: str, reason: str) -> None:
    facts = {"flavour": "none"} if "infrahub" in before else {}
    done = migrate(before, {"separate-services": "single", **facts})
    line = "runAsSeparateDeployment: false\n"
    assert done.text.count(line) == 1
    without = [each for each in done.text.splitlines(keepends=True) if each.strip() + "\n" != line]
    assert "".join(without).removesuffix("backgroundServices:\n") == before
    assert effects(done.plan) == {"none"}


def test_answering_separate_migrates_a_high_availability_release(migrate: Migrate) -> None:
    done = migrate(HA, {"separate-services": "separate", **DB})
    assert done.text == (
        dedent("""\
            server:
              replicaCount: 2
              env: []
            backgroundServices:
              runAsSeparateDeployment: true
              messaging:
                redis:
                  host: redis.prod
                docket:
                  url: redis://redis.prod:6379/2
            """)
    )


WITH_PASSWORD = HA + "backgroundServices:\n  messaging:\n    redis:\n      password: s3cret\n"
PASSWORD_OF_ENV = "    - name: PREFECT_REDIS_MESSAGING_PASSWORD\n      value: s3cret\n"


def test_a_password_without_effect_so_far_is_a_warning(migrate: Migrate) -> None:
    answers = {"separate-services": "separate", **DB}
    (warning,) = migrate(WITH_PASSWORD, answers).warnings
    assert warning.text.startswith("backgroundServices.messaging.redis.password had no effect so far")
    assert warning.route == ("backgroundServices", "messaging", "redis", "password")
    assert migrate(HA, answers).warnings == []
    assert "had no effect" not in migrate(WITH_PASSWORD, {"separate-services": "single"}).notices
    assert migrate(WITH_PASSWORD.replace("  env:\n", "  env:\n" + PASSWORD_OF_ENV), answers).warnings == []


def test_a_database_without_effect_so_far_is_a_warning(migrate: Migrate) -> None:
    answers = {"separate-services": "separate", **DB}
    with_db = HA + "backgroundServices:\n  messaging:\n    redis:\n      db: 1\n      port: 6379\n"
    done = migrate(with_db, answers)
    (warning,) = done.warnings
    assert warning.text.startswith("backgroundServices.messaging.redis.db (1) had no effect so far")
    assert "its default (0)" in warning.text
    assert warning.route == ("backgroundServices", "messaging", "redis", "db")
    assert "db: 1\n" in done.text and not any(change.path.endswith("redis.db") for change in done.plan.changes)
    assert migrate(with_db.replace("db: 1", "db: 0"), answers).warnings == []
    single = migrate(with_db, {"separate-services": "single"})
    assert not any("had no effect so far" in each.text for each in single.warnings)
    db_of_env = '    - name: PREFECT_REDIS_MESSAGING_DB\n      value: "1"\n'
    assert migrate(with_db.replace("  env:\n", "  env:\n" + db_of_env), answers).warnings == []


def test_values_of_already_separate_services_are_no_warning(migrate: Migrate) -> None:
    separate = WITH_PASSWORD.replace("messaging:\n", "runAsSeparateDeployment: true\n  messaging:\n", 1)
    assert "runAsSeparateDeployment: true" in separate
    assert migrate(separate, DB).warnings == []


def test_values_that_differ_by_pod_are_asked_for(migrate: Migrate, plan: Plans) -> None:
    before = A.replace('HOST\n          value: "cache"', 'HOST\n          value: "other"', 1)
    before = before.replace('DB\n          value: "1"', 'DB\n          value: "5"', 1)
    given = {"separate-services": "separate", "flavour": "none", **DB}
    questions = by_id(plan(before, given))
    assert set(questions) >= {"redis-host", "messaging-redis.db"}
    assert [choice.value for choice in questions["messaging-redis.db"].choices] == ["5", "1"]
    # Which of the two servers it is on is still an open question, so none is named.
    undecided = by_id(plan(before, {"separate-services": "separate", "flavour": "none"}))
    assert "Which database of the messaging Redis should hold" in undecided["redis-db"].text
    decided = by_id(plan(before, {"separate-services": "separate", "flavour": "none", "redis-host": "cache"}))
    assert "Which database of the Redis at cache:6379 should hold" in decided["redis-db"].text
    done = migrate(before, {**given, "redis-host": "cache", "messaging-redis.db": "1"})
    assert done.text == E
    with pytest.raises(UsageError, match="'9' is not one of 5, 1"):
        plan(before, {**given, "messaging-redis.db": "9"})


def test_a_templated_host_is_asked_for(migrate: Migrate) -> None:
    before = A.replace('HOST\n          value: "cache"', 'HOST\n          value: "{{ .Release.Name }}-cache"')
    given = {"separate-services": "separate", "flavour": "none", "redis-host": "cache", **DB}
    assert migrate(before, given).text == E


def test_a_release_without_wiring_in_env_is_left_alone(migrate: Migrate) -> None:
    before = "server:\n  replicaCount: 2\n  env:\n    - name: PREFECT_UI_SERVE_BASE\n      value: /\n"
    assert migrate(before).text == before


def test_an_explicit_false_is_never_asked_about(migrate: Migrate) -> None:
    before = A.replace("    backgroundServices:\n", "    backgroundServices:\n      runAsSeparateDeployment: false\n")
    done = migrate(before)
    assert done.text == before
    assert any("nothing runs the background services" in notice.text for notice in done.warnings)


def test_a_difference_that_a_migration_left_stays(migrate: Migrate) -> None:
    """The docket is set, so this file was migrated before, whatever its entries say."""
    head = "        - name: PROM"
    before = E.replace(head, entries(HOST.replace("cache", "other")) + head)
    assert migrate(before).text == before


def test_the_oldest_preset_by_a_hop_equals_the_jump(migrate: Migrate, presets: Path) -> None:
    before = (presets / "A" / "values.small.yaml").read_text(encoding="utf-8")
    done = migrate(before, DB)
    assert "    backgroundServices:\n      runAsSeparateDeployment: true\n      messaging:\n" in done.text
    hop = migrate(migrate(before, **TO_HOP).text, DB)
    assert hop.text == done.text
