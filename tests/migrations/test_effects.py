"""A change with effect none leaves each pod's settings, as Prefect reads them, the same."""

from __future__ import annotations

import pytest

from migrator.errors import VerificationError
from migrator.migration import Migration, Step
from migrator.planning import effects, plan
from migrator.planning.answers import Asking
from migrator.planning.catalog import KnownMigration, Selected
from migrator.prefect import env, env_edits
from migrator.prefect.settings import behaviour

from .conftest import Migrate, Plans, by_id, plan_text

SEPARATE = """\
server:
  env:
SERVERbackgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis, db: 1}}
  env:
BACKGROUND"""


def text(server: str = "", background: str = "") -> str:
    entries = [
        "".join(f"    - {{name: {entry}}}\n" for entry in each.split(";") if entry) for each in (server, background)
    ]
    return SEPARATE.replace("SERVER", entries[0] or "    []\n").replace("BACKGROUND", entries[1] or "    []\n")


PAIRS = [
    ("PREFECT_API_SERVICES_TRIGGERS_ENABLED, value: 'false'", "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'no'"),
    ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'True'", ""),
    ("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: 'off'", ""),
    ("PREFECT_REDIS_MESSAGING_HOST, value: redis", ""),
    ("PREFECT_REDIS_MESSAGING_URL, value: 'redis://redis:6379/1'", ""),
    ("PREFECT_REDIS_MESSAGING_SSL, value: 'False'", ""),
    ("PREFECT_API_DATABASE_MIGRATE_ON_START, value: 'true'", ""),
    ("A, value: x;A, value: y", "A, value: y"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_equivalent_entries_behave_alike(one: str, other: str) -> None:
    assert behaviour(plan_text(text(background=one)).start) == behaviour(plan_text(text(background=other)).start)


DIFFERENT = [
    ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'false'", ""),
    ("PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: 'true'", ""),
    ("PREFECT_REDIS_MESSAGING_HOST, value: other", ""),
    ("PREFECT_REDIS_MESSAGING_URL, value: 'redis://redis:6379/2'", ""),
    ("PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: 'true'", ""),
    ("A, valueFrom: {secretKeyRef: {name: a, key: b}}", "A, valueFrom: {secretKeyRef: {name: a, key: c}}"),
    ("A, value: '{{ .Values.x }}'", "A, value: '{{ .Values.y }}'"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_entries_behave_differently(one: str, other: str) -> None:
    assert behaviour(plan_text(text(background=one)).start) != behaviour(plan_text(text(background=other)).start)


def test_toggles_on_pods_without_services_have_no_effect() -> None:
    """The server pod of vanilla Prefect gets --no-services beside a background deployment."""
    toggle = "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'true'"
    assert behaviour(plan_text(text(server=toggle)).start) == behaviour(plan_text(text()).start)


def test_a_false_claim_of_effect_none_is_refused_as_a_bug() -> None:
    """The migration drops an entry and claims effect none."""

    def drop(release, ask):  # type: ignore[no-untyped-def]
        (listed,) = env.lists_in_layers(release, env.BACKGROUND)
        yield from env_edits.remove(listed, listed.named("A"), "says nothing", "none")

    start = plan_text(text(background="A, value: x")).start
    step = Step("drop", "drop an entry", drop)
    known = KnownMigration("v9_9_9_drop", Migration("drop", {}, (step,)), "")
    made = plan.make_plan(start, [Selected(known, step)], Asking({}))
    with pytest.raises(
        VerificationError, match=r"v9_9_9_drop, step drop: .* A on the background pod; nothing was written"
    ):
        effects.prove(made, "values.yaml")


GLOBAL = """\
global:
  prefect:
    image: {repository: acme/infrahub, prefectTag: 3.6.13}
    env: [{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "true"}]
server:
  env: [{name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}]
backgroundServices:
  runAsSeparateDeployment: true
  messaging: {redis: {host: redis.acme, db: 1}}
  env: [{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "false"}]
"""


def test_an_entry_that_overrides_global_env_is_not_a_duplicate(migrate: Migrate, plan: Plans) -> None:
    """The chart's "false" comes before global.prefect.env on the background pod, and loses to it."""
    assert list(by_id(plan(GLOBAL))) == ["redis-db", "migrate-on-start"]
    kept = migrate(GLOBAL, {"redis-db": "2", "migrate-on-start": "keep"})
    assert kept.text.endswith('env: [{name: PREFECT_SERVER_DATABASE_MIGRATE_ON_START, value: "false"}]\n')
    gone = migrate(GLOBAL, {"redis-db": "2", "migrate-on-start": "remove"})
    assert "PREFECT_SERVER_DATABASE_MIGRATE_ON_START" not in gone.text
