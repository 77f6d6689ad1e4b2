"""A change of flavour is a warning; by an answer, the old preset's known values are written into the file."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import RefusedError

from .conftest import Migrate, Plans, effects

TEXT = """\
infrahub:
  prefect-server:
    server:
      replicaCount: 3  # ours
    backgroundServices:
      messaging:
        redis:
          host: redis.prod
        docket:
          url: redis://redis.prod:6379/2
"""
CARRIED = """\
infrahub:
  prefect-server:
    server:
      replicaCount: 3  # ours
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
        - name: WEB_CONCURRENCY
          value: "1"
        - name: PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE
          value: "10"
    backgroundServices:
      messaging:
        redis:
          host: redis.prod
          db: 1
        docket:
          url: redis://redis.prod:6379/2
      runAsSeparateDeployment: true
      replicaCount: 2
      env:
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
        - name: PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE
          value: "10"
        - name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE
          value: "40"
        - name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE
          value: "40"
        - name: PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE
          value: "10"
        - name: PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE
          value: "10"
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE
          value: "10"
  neo4j:
    neo4j:
      resources:
        requests:
          cpu: "8"
          memory: 32Gi
    config:
      server.memory.heap.initial_size: 24G
      server.memory.heap.max_size: 24G
      server.memory.pagecache.size: 4G
"""
TO_OVERLAY = {"version_from": "4.18.0-medium", "version_to": "4.21.2-openshift"}


@pytest.mark.parametrize("answers", [{}, {"flavour-change": "keep"}])
def test_a_flavour_change_leaves_the_file_as_it_is(migrate: Migrate, answers: dict[str, str]) -> None:
    done = migrate(TEXT, answers, version_from="4.18.0-medium", version_to="4.18.0-large")
    assert done.text == TEXT
    warnings = [each for each in done.plan.notices if "flavour changes from medium to large" in each.text]
    assert [(each.severity, "flavour-change=carry" in each.text) for each in warnings] == [("warning", True)] * (
        not answers
    )


def test_carry_writes_the_old_presets_known_values(migrate: Migrate) -> None:
    done = migrate(TEXT, {"flavour-change": "carry"}, **TO_OVERLAY)
    assert done.text == CARRIED
    assert effects(done.plan) == {"behaviour"}
    assert "(Infrahub's own pods, Redis) from values.medium.yaml" in done.notices
    assert "pass its values as the last -f" in done.notices


def test_carry_omits_what_the_new_preset_sets_too(migrate: Migrate) -> None:
    """small and medium-data have the same replicas, other batch sizes and another Neo4j."""
    done = migrate(TEXT, {"flavour-change": "carry"}, version_from="4.18.0-small", version_to="4.18.0-medium-data")
    assert "runAsSeparateDeployment" not in done.text and "      replicaCount: 1" not in done.text
    assert done.text.count('PUBLISHER_BATCH_SIZE\n          value: "5"') == 2
    assert "server.memory.pagecache.size: 1G" in done.text


def test_an_older_preset_is_carried_and_migrated_in_one_run(migrate: Migrate) -> None:
    old = TEXT.partition("        docket:")[0]
    answers = {"flavour-change": "carry", "redis-db": "2", "event-logger": "remove"}
    done = migrate(old, answers, version_from="4.13.0-medium", version_to="4.21.2-openshift")
    assert "SERVICES_EVENT_LOGGER_ENABLED" not in done.text
    assert "url: redis://redis.prod:6379/2" in done.text
    assert done.text.count("MIGRATE_ON_START") == 1


@pytest.mark.parametrize(
    "options",
    [
        {"version_from": "4.18.0-medium", "version_to": "4.21.2-medium"},
        {"version_from": "4.18.0-medium"},
        {"version_from": "4.18.0", "version_to": "4.21.2"},
    ],
)
def test_the_same_flavour_is_not_reported(plan: Plans, options: dict[str, str]) -> None:
    assert "flavour changes" not in "\n".join(each.text for each in plan(TEXT, **options).notices)


def test_carry_writes_no_prefect_values_if_prefect_is_off(migrate: Migrate) -> None:
    text = "infrahub:\n  prefect-server: {enabled: false}\n"
    after = migrate(text, {"flavour-change": "carry"}, **TO_OVERLAY).text
    assert after.startswith(text + "  neo4j:\n")
    assert "server.memory.pagecache.size" in after and "replicaCount" not in after


def test_an_unknown_new_preset_is_refused_with_a_remedy(plan: Plans) -> None:
    with pytest.raises(RefusedError, match="or as in medium: --answer flavour-change=carry"):
        plan(TEXT, **TO_OVERLAY)


def test_with_root_carry_writes_only_prefects_part(migrate: Migrate) -> None:
    """--root says where Prefect's part is; where Infrahub's own part would be is not known."""
    alone = dedent("".join(line for line in TEXT.splitlines(keepends=True)[2:]))
    done = migrate(alone, {"flavour-change": "carry"}, chart="infrahub-enterprise", root=".", **TO_OVERLAY)
    prefect = "".join(line for line in CARRIED.partition("  neo4j:\n")[0].splitlines(keepends=True)[2:])
    assert done.text == dedent(prefect)
