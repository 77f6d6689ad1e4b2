"""The messaging block's last step: env entries that the chart itself now sets are removed, and nothing else is."""

from __future__ import annotations

import pytest

from .conftest import Migrate

DB = {"redis-db": "2"}
IMAGE = "global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub}}}\n"
SEPARATE = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
  env:
    - {name: OURS, value: kept}
"""
ADDRESS = "    - {name: INFRAHUB_CACHE_ADDRESS, value: redis}\n"
FALSE = '    - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}\n'


def entry(name: str, value: str) -> str:
    return f"    - {{name: {name}, value: {value}}}\n"


@pytest.mark.parametrize(
    ("name", "by_chart"),
    [
        ("PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "prefect_redis.ordering"),
        ("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "prefect_redis.lease_storage"),
    ],
)
def test_a_custom_module_stays(migrate: Migrate, name: str, by_chart: str) -> None:
    """On the background pod it wins over the chart's own, so removing it would change the pod."""
    assert name not in migrate(SEPARATE + entry(name, by_chart), DB).text
    own = entry(name, "ours.module")
    assert own in migrate(SEPARATE + own, DB).text
    both = entry(name, by_chart) + own
    assert both in migrate(SEPARATE + both, DB).text


def test_an_entry_stays_if_the_chart_does_not_set_it_yet(migrate: Migrate) -> None:
    leases = entry("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", "prefect_redis.lease_storage")
    done = migrate(SEPARATE + leases, chart="prefect-server", version_to="2025.8.29171151")
    assert done.text == SEPARATE + leases


def test_the_caches_address_stays_and_the_example_host_is_a_warning(migrate: Migrate) -> None:
    done = migrate(SEPARATE + ADDRESS, DB)
    assert ADDRESS in done.text
    assert "env.INFRAHUB_CACHE_ADDRESS stays: it is harmless" in done.notices and done.warnings == []
    example = ADDRESS.replace("value: redis", "value: example-infrahub-cache-master")
    done = migrate(SEPARATE + example, DB)
    assert example in done.text
    (warning,) = done.warnings
    where = "backgroundServices.env.INFRAHUB_CACHE_ADDRESS"
    assert warning.text == f"{where} contains example-infrahub-cache-master. Set it to the host of your own cache."
    assert (warning.rule, warning.route) == ("cache-example-host", ("backgroundServices", "env", 1))
    assert "it is harmless" not in done.notices


def test_only_the_last_of_two_cache_addresses_is_reported(migrate: Migrate) -> None:
    example = ADDRESS.replace("value: redis", "value: example-infrahub-cache-master")
    assert "it is harmless" in migrate(SEPARATE + example + ADDRESS, DB).notices


@pytest.mark.parametrize("separate", [True, False])
def test_the_caches_example_host_is_a_warning_in_a_current_file(migrate: Migrate, separate: bool) -> None:
    """Also with an existing docket, and with the services in the API process."""
    text = SEPARATE.replace("db: 1}\n", "db: 1}\n    docket: {url: redis://redis:6379/2}\n")
    text = text.replace("Deployment: true", f"Deployment: {str(separate).lower()}")
    example = ADDRESS.replace("value: redis", "value: example-infrahub-cache-master")
    done = migrate(f"server:\n  env:\n{example}{text}")
    assert [each.rule for each in done.warnings] == ["cache-example-host"]
    assert migrate(f"server:\n  env:\n{ADDRESS}{text}").warnings == []


def test_migrate_on_start_is_removed_from_an_old_presets_list(migrate: Migrate) -> None:
    """The cache's address marks such a list; one in the other pod's list says nothing about this one."""
    register = '    - {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}\n'
    server = f"server:\n  env:\n{register}"
    text = f"{IMAGE}{server}{SEPARATE}"
    in_background = migrate(text + ADDRESS + FALSE, DB).text.partition("backgroundServices:")[2]
    assert "MIGRATE_ON_START" not in in_background
    in_background = migrate(text.replace(server, server + ADDRESS) + FALSE, DB).text.partition("backgroundServices:")[2]
    assert FALSE in in_background


@pytest.mark.parametrize("value", ["'true'", "'{{ .Values.migrate }}'", "'no way'"])
def test_migrate_on_start_with_another_value_stays(migrate: Migrate, value: str) -> None:
    own = entry("PREFECT_API_DATABASE_MIGRATE_ON_START", value)
    assert own in migrate(SEPARATE + ADDRESS + own, DB).text


def test_migrate_on_start_is_removed_if_the_chart_sets_it(migrate: Migrate) -> None:
    """prefect-server set PREFECT_API_DATABASE_MIGRATE_ON_START itself, before it renamed it."""
    text = f"{IMAGE}server:\n  env:\n{ADDRESS}{FALSE}{SEPARATE}"
    done = migrate(text, chart="prefect-server", version_to="2025.12.24192415")
    assert done.text == text.replace(FALSE, "")
    assert {change.why for change in done.plan.changes} == {"the chart sets the same value on both pods"}
    background = migrate(SEPARATE + FALSE, chart="prefect-server", version_to="2025.12.24192415")
    assert background.text == SEPARATE
    assert "keeps the background pod from migrating" in background.plan.changes[0].why


def test_migrate_on_start_stays_if_the_chart_does_not_set_it(migrate: Migrate) -> None:
    text = f"server:\n  env:\n{FALSE}{SEPARATE}{FALSE}"
    assert migrate(text, chart="prefect-server", version_to="2025.8.29171151").text == text


def test_leftovers_stay_once_there_is_a_docket(migrate: Migrate) -> None:
    text = SEPARATE.replace("db: 1}\n", "db: 1}\n    docket: {url: redis://redis:6379/2}\n")
    ordering = entry("PREFECT_SERVER_EVENTS_CAUSAL_ORDERING", "prefect_redis.ordering")
    done = migrate(text + ordering + ADDRESS)
    assert done.text == text + ordering + ADDRESS
    assert "INFRAHUB_CACHE_ADDRESS" not in done.notices
