"""4.14.0: each notice and warning, with a near twin that does not get it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import RefusedError
from tests import skeleton

from .conftest import Migrate, Plans, by_id

INFRAHUB = skeleton.values(
    "webserver-only pin register", "metrics", ("host: redis", "db: 1"), '"redis://redis:6379/2"', flow=True
)
SERVER = "        - {name: PREFECT_API_BLOCKS_REGISTER_ON_START"
BACKGROUND = "        - {name: PROMETHEUS_MULTIPROC_DIR"


def with_entry(entry: str, before: str) -> str:
    return INFRAHUB.replace(before, f"        - {entry}\n{before}")


def test_a_current_file_without_problems_gets_no_notice(migrate: Migrate) -> None:
    done = migrate(INFRAHUB)
    assert done.text == INFRAHUB and done.notices == ""


def test_a_changed_file_is_told_how_to_upgrade_and_roll_back(migrate: Migrate) -> None:
    before = INFRAHUB.replace('        docket: {url: "redis://redis:6379/2"}\n', "")
    done = migrate(before, {"redis-db": "2", "release-name": "infrahub", "namespace": "prod"})
    assert "--reset-then-reuse-values, never --reuse-values" in done.notices
    assert "infrahub-migrator undo FILE and helm rollback infrahub --namespace prod." in done.notices
    assert "two installations on one database take each other's work" in done.notices


@pytest.mark.parametrize("place", [SERVER, BACKGROUND])
def test_an_overridden_connection_url_is_a_warning(migrate: Migrate, place: str) -> None:
    text = with_entry("{name: PREFECT_API_DATABASE_CONNECTION_URL, value: postgresql+asyncpg://db/prefect}", place)
    done = migrate(text)
    assert done.text == text
    assert "PREFECT_API_DATABASE_CONNECTION_URL is overridden by" in done.warnings[0].text
    other = with_entry("{name: PREFECT_API_DATABASE_ECHO, value: 'true'}", place)
    assert migrate(other).notices == ""


def test_a_connection_url_is_overridden_on_a_single_deployment_too(migrate: Migrate) -> None:
    text = dedent("""\
        backgroundServices: {runAsSeparateDeployment: false}
        server: {env: [{name: PREFECT_API_DATABASE_CONNECTION_URL, value: postgresql+asyncpg://db/prefect}]}
        """)
    assert "PREFECT_API_DATABASE_CONNECTION_URL is overridden by" in migrate(text).warnings[0].text


def test_a_background_migrate_that_older_charts_obeyed_is_a_warning(migrate: Migrate) -> None:
    obeyed = with_entry("{name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: 'true'}", BACKGROUND)
    done = migrate(obeyed)
    assert done.text == obeyed
    assert "older charts obeyed this one" in done.warnings[0].text
    same = with_entry("{name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: 'false'}", BACKGROUND)
    assert migrate(same).notices == ""


def test_a_name_that_is_set_twice_in_a_list_is_a_warning(migrate: Migrate) -> None:
    text = with_entry("{name: WEB_CONCURRENCY, value: '1'}\n        - {name: WEB_CONCURRENCY, value: '2'}", SERVER)
    done = migrate(text)
    assert done.text == text
    assert [notice.text for notice in done.warnings] == [
        "infrahub.prefect-server.server.env.WEB_CONCURRENCY is set twice on the server pod. Keep one of them: the "
        "last wins, server-side apply refuses both, and an upgrade from two entries to one can lose both, so check "
        "the live pod's env afterwards."
    ]
    assert migrate(with_entry("{name: WEB_CONCURRENCY, value: '1'}", SERVER)).notices == ""


def test_a_name_that_two_lists_of_a_pod_set_is_reported(migrate: Migrate) -> None:
    head = "    global: {prefect: {env: [{name: WEB_CONCURRENCY, value: '1'}]}}\n"
    text = with_entry("{name: WEB_CONCURRENCY, value: '2'}", SERVER) + head
    done = migrate(text)
    assert done.text == text
    twice = "infrahub.prefect-server.server.env.WEB_CONCURRENCY is set twice on the server pod"
    assert [reported.text.partition(". ")[0] for reported in done.plan.notices] == [twice]
    assert migrate(INFRAHUB + head).notices == ""


def test_a_name_that_the_chart_sets_too_is_reported(migrate: Migrate) -> None:
    entry = "{name: PREFECT_REDIS_MESSAGING_HOST, value: redis}"
    server, background = migrate(with_entry(entry, SERVER)), migrate(with_entry(entry, BACKGROUND))
    beside = "PREFECT_REDIS_MESSAGING_HOST is set beside the chart's own on the"
    assert f"{beside} server pod; the chart's wins. Remove yours: " in server.notices
    assert f"{beside} background pod; yours wins. Remove yours: " in background.notices
    home = migrate(with_entry("{name: HOME, value: /tmp}", SERVER)).notices
    # The chart sets HOME before the list of the server, and the others after it.
    assert "HOME is set beside the chart's own on the server pod; yours wins" in home
    # The chart sets the first only with ssl, and the second never.
    for name in ("PREFECT_REDIS_MESSAGING_SSL", "PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE"):
        assert migrate(with_entry(f"{{name: {name}, value: '0'}}", BACKGROUND)).notices == ""


def test_a_pin_that_was_set_twice_so_far_is_reported(migrate: Migrate) -> None:
    """Generation B: the entry is in the file, and the old chart injected it too."""
    before = INFRAHUB.replace('        docket: {url: "redis://redis:6379/2"}\n', "")
    once = "The server pods have had PREFECT_API_DATABASE_MIGRATE_ON_START twice so far"
    assert once in migrate(before, {"redis-db": "2"}).notices
    assert once not in migrate(before, {"redis-db": "2"}, version_from="2026.4.21154022").notices
    pin = '        - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}\n'
    without = migrate(before.replace(pin, ""), {"redis-db": "2"})
    assert without.text.count("MIGRATE_ON_START") == 1 and "twice so far" not in without.notices


@pytest.mark.parametrize("place", [SERVER, BACKGROUND])
def test_a_docket_name_breaks_the_background_services(migrate: Migrate, place: str) -> None:
    text = with_entry("{name: PREFECT_SERVER_DOCKET_NAME, value: prefect}", place)
    done = migrate(text)
    assert done.text == text
    assert "the API pods take the background services' tasks and drop them" in done.warnings[0].text


def test_blocks_register_on_start_must_be_false_for_the_bootstrap(migrate: Migrate) -> None:
    entry = '{name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}'
    missing = migrate(INFRAHUB.replace(f"        - {entry}\n", ""))
    assert "PREFECT_API_BLOCKS_REGISTER_ON_START is missing on the server pod" in missing.warnings[0].text
    unquoted = migrate(INFRAHUB.replace(entry, entry.replace('"false"', "false")))
    assert "PREFECT_API_BLOCKS_REGISTER_ON_START is false. Set it" in unquoted.warnings[0].text
    true = migrate(INFRAHUB.replace(entry, entry.replace("false", "true")))
    assert 'PREFECT_API_BLOCKS_REGISTER_ON_START is "true". Set it' in true.warnings[0].text


def test_a_docket_on_a_cache_without_persistence_is_reported(migrate: Migrate) -> None:
    own = INFRAHUB.replace("redis://redis:", "redis://infrahub-cache-master:")
    assert "loses everything when it restarts" in migrate(own).notices
    kept = own.replace("infrahub:\n", "infrahub:\n  redis: {master: {persistence: {enabled: true}}}\n", 1)
    assert migrate(kept).notices == ""
    another = own.replace("infrahub:\n", "infrahub:\n  redis: {enabled: false}\n", 1)
    assert migrate(another).notices == ""


def test_several_replicas_of_a_single_deployment_are_a_warning(migrate: Migrate) -> None:
    text = dedent("""\
        backgroundServices: {runAsSeparateDeployment: false}
        server: {replicaCount: %s}
        """)
    assert migrate(text % 1).warnings == []
    assert "server.replicaCount is 3, so the background services run more than once" in (
        migrate(text % 3).warnings[0].text
    )


@pytest.mark.parametrize(
    "server",
    [
        "{autoscaling: {enabled: true}}",
        "{env: [{name: WEB_CONCURRENCY, value: '4'}]}",
        "{args: [gunicorn, -w, '4', app]}",
        "{args: [sh, -c, gunicorn --workers=4 app]}",
    ],
)
def test_several_processes_of_a_single_deployment_are_a_warning(migrate: Migrate, server: str) -> None:
    text = f"backgroundServices: {{runAsSeparateDeployment: false}}\nserver: {server}\n"
    done = migrate(text)
    assert done.text == text
    assert "the background services run more than once" in done.warnings[0].text


def test_services_that_run_nowhere_are_a_warning(migrate: Migrate) -> None:
    """Generation A on today's chart: the server runs the API only, and nothing else runs the services."""
    text = dedent("""\
        backgroundServices: {runAsSeparateDeployment: false}
        server: {env: [{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}]}
        """)
    done = migrate(text)
    assert done.text == text
    assert "no background deployment: nothing runs the background services" in done.warnings[0].text
    assert migrate(text.replace('"true"', '""')).warnings == []


def test_the_example_host_on_a_single_deployment_is_a_warning(migrate: Migrate) -> None:
    text = dedent("""\
        backgroundServices:
          runAsSeparateDeployment: false
          messaging: {redis: {host: example-infrahub-cache-master}}
        """)
    done = migrate(text)
    assert done.text == text
    assert "the new chart refuses it even if nothing uses it" in done.warnings[0].text


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("    server:\n", "    server:\n    other:\n", 3, "infrahub.prefect-server.server is empty"),
        ("redis: {host: redis, db: 1}", "redis: redis", 11, "messaging.redis is not a mapping"),
        ("redis: {host: redis, db: 1}", "redis:", 11, "messaging.redis is empty"),
        ('url: "redis://redis:6379/2"', "existingSecret: [a]", 12, "docket.existingSecret is not a string"),
        ('url: "redis://redis:6379/2"', "url: {a: b}", 12, "docket.url is not a string"),
        ("      env:\n        - {name: PROM", "      env:\n        PROM: {name: PROM", 13, "env is not a list"),
    ],
)
def test_a_shape_that_the_chart_cannot_read_is_refused(plan: Plans, old: str, new: str, line: int, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        plan(INFRAHUB.replace(old, new, 1))
    assert (refused.value.where, reason in refused.value.message) == (f"values.yaml:{line}", True)


def test_prefect_that_is_off_is_left_alone_with_a_notice(migrate: Migrate) -> None:
    text = INFRAHUB.replace("    server:\n", "    enabled: false\n    server:\n", 1).replace("/2", "/two")
    done = migrate(text)
    assert done.text == text
    assert "this release runs no Prefect" in done.notices


def test_notices_point_at_the_file_as_it_was_read(plan: Plans) -> None:
    before = with_entry("{name: PREFECT_SERVER_DOCKET_NAME, value: mine}", SERVER)
    toggles = '        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}\n'
    before = before.replace(
        "        - {name: PREFECT_SERVER_DOCKET_NAME", f"{toggles}        - {{name: PREFECT_SERVER_DOCKET_NAME"
    )
    made = plan(before)
    assert by_id(made) == {}
    route = next(notice.route for notice in made.notices if "DOCKET_NAME" in notice.text)
    assert route == ("infrahub", "prefect-server", "server", "env", 3)


def test_notices_point_at_the_entries_before_others_are_removed(plan: Plans) -> None:
    """The messaging block removes entries above them."""
    before = dedent("""\
        prefect-server:
          server:
            env:
              - {name: PREFECT_REDIS_MESSAGING_HOST, value: cache}
              - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "false"}
              - {name: PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED, value: "false"}
          backgroundServices:
            runAsSeparateDeployment: true
            messaging: {redis: {host: cache, db: 1}}
            env:
              - {name: PREFECT_REDIS_MESSAGING_HOST, value: cache}
              - {name: PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED, value: "true"}
        """)
    made = plan(before, {"redis-db": "2"}, version_from="4.27.0")
    places = [notice.route for notice in made.notices if "SCHEDULER" in notice.text or "WEBSERVER" in notice.text]
    server, background = ("prefect-server", "server", "env"), ("prefect-server", "backgroundServices", "env")
    assert sorted(places) == [(*background, 1), (*server, 1), (*server, 2)]


@pytest.mark.parametrize(("to", "reported"), [("2026.4.10163454", False), ("2026.4.21154022", True)])
def test_old_names_are_overridden_once_the_chart_sets_new_ones(plan: Plans, to: str, reported: bool) -> None:
    """prefect-server had the docket before it renamed the database settings that it injects."""
    text = dedent("""\
        global: {prefect: {image: {repository: opsmill/infrahub}}}
        server:
          env:
            - {name: PREFECT_API_DATABASE_CONNECTION_URL, value: "postgresql+asyncpg://db/prefect"}
        backgroundServices:
          runAsSeparateDeployment: true
          messaging: {redis: {host: redis, db: 1}}
          env:
            - {name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "true"}
        """)
    options = {"chart": "prefect-server", "version_from": "2025.12.24192415", "version_to": to}
    notices = " ".join(notice.text for notice in plan(text, {"redis-db": "2"}, **options).notices)
    for words in ("CONNECTION_URL is overridden by", "older charts obeyed this one", "twice so far"):
        assert (words in notices) == reported, words


@pytest.mark.parametrize(
    ("docket", "reported"),
    [
        ("value: redis://redis:6379/2", False),
        ("value: memory://", True),
        ("value: ''", True),
        ("value: '{{ .Values.docket }}'", False),  # cannot be read from here
        ("valueFrom: {secretKeyRef: {name: queue, key: url}}", False),
    ],
)
def test_several_processes_without_a_shared_docket_are_reported(plan: Plans, docket: str, reported: bool) -> None:
    text = f"""\
infrahub:
  prefect-server:
    server:
      replicaCount: 3
      env:
        - {{name: PREFECT_SERVER_DOCKET_URL, {docket}}}
    backgroundServices: {{runAsSeparateDeployment: false}}
"""
    notices = " ".join(notice.text for notice in plan(text, version_from="4.13.0").notices)
    assert ("each with its own docket" in notices) == reported


def test_a_single_deployment_is_told_why_nothing_changes(plan: Plans) -> None:
    one = "backgroundServices: {runAsSeparateDeployment: false}\n"
    needs_none, nothing = "One process needs no shared docket.", "Nothing changes here."
    reported = plan(one).notices[0].text
    assert needs_none in reported and nothing in reported
    assert needs_none not in plan(f"{one}server: {{replicaCount: 3}}\n").notices[0].text
    refused = "infrahub: {prefect-server: {backgroundServices: {runAsSeparateDeployment: false}}}\n"
    assert nothing not in plan(refused, version_from="4.13.0-medium").notices[0].text


def test_the_bundled_password_for_your_own_redis_is_a_warning(migrate: Migrate) -> None:
    text = INFRAHUB + "    redis: {enabled: true}\n"
    done = migrate(text)
    assert done.text == text
    assert "so the pods get the password of the chart's own Redis for redis." in done.warnings[0].text
    assert "Set redis.enabled to false" in done.warnings[0].text
    assert done.warnings[0].rule == "bundled-password"
    # The twins: a password in messaging.redis wins, and with a broker that is not Redis none is injected.
    own = migrate(text.replace("db: 1}", "db: 1, password: mine}"))
    assert "bundled-password" not in {notice.rule for notice in own.plan.notices}
    memory = text.replace(
        "        redis: {h", "        broker: prefect.server.utilities.messaging.memory\n        redis: {h"
    )
    assert "bundled-password" not in {notice.rule for notice in migrate(memory).plan.notices}


FAR = "backgroundServices: {runAsSeparateDeployment: true, messaging: {redis: {host: redis, db: 1}, docket: {%s}}}\n"


@pytest.mark.parametrize(
    ("docket", "is_reported"),
    [("url: 'redis://redis:6379/99'", True), ("url: 'redis://redis:6379/99', existingSecret: s", False)],
)
def test_the_database_of_a_url_that_a_secret_overrides_is_ignored(plan: Plans, docket: str, is_reported: bool) -> None:
    found = plan(FAR % docket, chart="prefect-server").notices
    assert any("the docket is in database 99" in each.text for each in found) is is_reported


def test_the_host_question_says_if_no_file_sets_the_host(plan: Plans) -> None:
    lists = "infrahub: {prefect-server: {server: {env: []}, backgroundServices: {env: []%s}}}\n"
    nowhere = by_id(plan(lists % "", version_from="4.13.0-medium"))["redis-host"].text
    assert "No file read here sets it, and the chart's own default is 'example-infrahub" in nowhere
    named = by_id(plan(lists % ", messaging: {redis: {host: TODO}}", version_from="4.13.0-medium"))["redis-host"].text
    assert "No file" not in named and "The values have 'TODO'" in named


@pytest.mark.parametrize(("host", "named"), [("redis", "the Redis at redis:6379"), ("TODO", "the messaging Redis")])
def test_an_unanswered_host_is_not_named_in_other_questions(plan: Plans, host: str, named: str) -> None:
    text = f"backgroundServices: {{runAsSeparateDeployment: true, messaging: {{redis: {{host: {host}}}}}}}\n"
    assert f"Which database of {named} should hold" in by_id(plan(text))["redis-db"].text
