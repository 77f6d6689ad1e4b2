"""Files with only overrides: the flavour's preset or the plain chart's values below them decide."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import RefusedError
from tests import skeleton

from .conftest import Migrate, Plans, by_id

FROM = {"version_from": "4.13.0-medium"}


def test_a_host_override_gets_the_docket_and_no_env_lists(migrate: Migrate) -> None:
    before = dedent("""\
        infrahub:
          prefect-server:
            backgroundServices:
              messaging:
                redis:
                  host: redis.prod
        """)
    done = migrate(before, {"redis-db": "2"}, **FROM)
    assert done.text == before + "        docket:\n          url: redis://redis.prod:6379/2\n"


def test_a_host_override_with_a_docket_is_current(migrate: Migrate) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            backgroundServices:
              messaging:
                redis: {host: redis.prod}
                docket: {url: "redis://redis.prod:6379/2"}
        """)
    assert migrate(text, **FROM).text == text


def test_a_file_without_a_host_is_asked_for_host_and_database(migrate: Migrate, plan: Plans) -> None:
    before = dedent("""\
        infrahub:
          prefect-server:
            server:
              replicaCount: 3
        """)
    assert list(by_id(plan(before, **FROM))) == ["redis-host", "redis-db"]
    assert (
        migrate(before, {"redis-host": "redis.prod", "redis-db": "2"}, **FROM).text
        == before
        + """\
    backgroundServices:
      messaging:
        redis:
          host: redis.prod
        docket:
          url: redis://redis.prod:6379/2
"""
    )


def test_a_file_without_a_prefect_part_is_asked_for_them_too(plan: Plans) -> None:
    text = "infrahub:\n  infrahubServer:\n    replicas: 2\n"
    assert list(by_id(plan(text, **FROM))) == ["redis-host", "redis-db"]
    text = "configPreset: medium\n" + text
    assert list(by_id(plan(text))) == ["redis-host", "redis-db"]


def test_messagings_database_comes_from_the_preset(plan: Plans) -> None:
    text = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
    assert "1 by Prefect's messaging" in by_id(plan(text, **FROM))["redis-db"].text


def test_docket_secret_on_a_flavour_empties_the_presets_url(migrate: Migrate) -> None:
    before = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
    done = migrate(before, {"docket-secret": "queue"}, **FROM)
    assert done.text == before.replace("prod}", 'prod}, docket: {url: "", existingSecret: queue}')


def test_an_existing_secret_on_a_flavour_empties_the_presets_url(migrate: Migrate) -> None:
    before = dedent("""\
        infrahub:
          prefect-server:
            backgroundServices:
              messaging:
                redis:
                  host: redis.prod
                docket:
                  existingSecret: queue
        """)
    done = migrate(before, **FROM)
    assert done.text == before + '          url: ""\n'
    assert migrate(before.replace("  existingSecret", '  url: ""\n          existingSecret'), **FROM).plan.is_current


SINGLE = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: false
      messaging: {redis: {host: redis.prod}}
"""


def test_single_on_a_flavour_replaces_the_presets_example_url(migrate: Migrate) -> None:
    """The chart's validation refuses the example URL even if nothing uses it."""
    done = migrate(SINGLE, **FROM)
    assert done.text == SINGLE.replace("redis.prod}}", 'redis.prod}, docket: {url: ""}}')
    assert "Set a real URL" in done.notices
    done = migrate(SINGLE, {"redis-db": "2"}, **FROM)
    assert done.text == SINGLE.replace("redis.prod}}", 'redis.prod}, docket: {url: "redis://redis.prod:6379/2"}}')


def test_single_on_a_flavour_needs_a_host_too(plan: Plans) -> None:
    text = SINGLE.replace("      messaging: {redis: {host: redis.prod}}\n", "")
    assert list(by_id(plan(text, **FROM))) == ["redis-host"]


@pytest.mark.parametrize("version", ["4.13.0", "4.13.0-openshift"])
def test_single_without_a_preset_changes_nothing(migrate: Migrate, version: str) -> None:
    assert migrate(SINGLE, version_from=version).text == SINGLE


def test_single_with_its_own_url_changes_nothing(migrate: Migrate) -> None:
    text = SINGLE.replace("redis.prod}}", "redis.prod}, docket: {url: redis://redis.prod:6379/2}}")
    assert migrate(text, **FROM).text == text


def test_single_of_unknown_flavour_is_told_what_a_flavour_refuses(migrate: Migrate) -> None:
    done = migrate(SINGLE)
    assert done.text == SINGLE
    assert (
        "refuses its preset's example in infrahub.prefect-server.backgroundServices.messaging.docket.url"
        in done.notices
    )
    assert "refuses its preset's example" not in migrate(SINGLE, **FROM).notices


def test_a_migrated_file_is_not_asked_for_its_flavour_again(migrate: Migrate, plan: Plans) -> None:
    """No file can say which flavour runs: a file that was migrated for one of them is right for it."""
    before = SINGLE.replace("runAsSeparateDeployment: false", "runAsSeparateDeployment: true")
    assert list(by_id(plan(before))) == ["flavour"]
    after = migrate(before, {"flavour": "medium", "redis-db": "2"}).text
    assert plan(after).is_current
    assert list(by_id(plan(after.replace("redis.prod:6379/2", "redis.prod")))) == ["flavour"]


@pytest.mark.parametrize("flavour", ["small", "medium", "medium-data", "large", "large-data"])
def test_no_env_lists_are_written_on_a_flavour(migrate: Migrate, flavour: str) -> None:
    before = "infrahub:\n  prefect-server:\n    backgroundServices:\n      messaging: {redis: {host: redis.prod}}\n"
    done = migrate(before, {"redis-db": "2"}, version_from=f"4.13.0-{flavour}")
    assert "env" not in done.text


def test_an_unknown_preset_is_refused_unless_the_file_decides_all(migrate: Migrate, plan: Plans) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            backgroundServices:
              runAsSeparateDeployment: true
              messaging: {redis: {host: redis.prod, db: 1}, docket: {url: "redis://redis.prod:6379/2"}}
        """)
    with pytest.raises(RefusedError, match=r"that preset is not known here: infrahub\.prefect-server\.server\.env, "):
        plan(text, version_from="4.15.0-openshift")
    whole = (
        text
        + """\
      env: [{name: PROMETHEUS_MULTIPROC_DIR, value: ""}]
    server:
      args: [prefect, server, start, --no-services]
      env: [{name: PREFECT_API_DATABASE_MIGRATE_ON_START, value: "false"}]
"""
    )
    assert migrate(whole, version_from="4.15.0-openshift").text == whole
    single = text.replace("true", "false", 1)
    assert migrate(single, version_from="4.15.0-openshift").text == single


def test_the_flavour_is_asked_for_if_it_matters(migrate: Migrate, plan: Plans) -> None:
    before = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
    assert list(by_id(plan(before))) == ["flavour"]
    assert migrate(before, {"flavour": "none"}).text == before
    assert list(by_id(plan(before, {"flavour": "medium"}))) == ["redis-db"]


def test_a_database_is_checked_only_on_the_flavour_that_runs(migrate: Migrate, plan: Plans) -> None:
    """Database 1 is free on the plain chart, and used by messaging on every preset."""
    before = below(SEPARATE.replace("      db: 1\n", ""), "infrahub", "prefect-server")
    assert list(by_id(plan(before, {"redis-db": "1"}))) == ["flavour"]
    done = migrate(before, {"flavour": "none", "redis-db": "1"})
    assert "url: redis://redis:6379/1\n" in done.text


# The plain charts


REDIS = ("host: redis", "db: 1")
SERVER = "server:\n  replicaCount: 2\n"
SEPARATE = skeleton.values(None, None, REDIS, root="", head=SERVER)


def below(text: str, *keys: str) -> str:
    """The text nested below these keys."""
    for key in reversed(keys):
        text = f"{key}:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    return text


def test_the_plain_enterprise_chart_gets_lists_with_its_own_entries(migrate: Migrate) -> None:
    done = migrate(below(SEPARATE, "infrahub", "prefect-server"), {"redis-db": "2"}, version_from="4.13.0")
    lists = skeleton.values("ui webserver-only pin", "metrics", REDIS, "redis://redis:6379/2", root="")
    assert done.text == below(lists.replace("server:\n", SERVER, 1), "infrahub", "prefect-server")


def test_the_community_chart_gets_its_own_entries_and_no_metrics_directory(migrate: Migrate) -> None:
    done = migrate(below(SEPARATE, "prefect-server"), {"redis-db": "2"}, version_to="4.28.0")
    lists = skeleton.values("ui webserver-only pin", None, REDIS, "redis://redis:6379/2", root="")
    assert done.text == below(lists.replace("server:\n", SERVER, 1), "prefect-server")


def test_the_community_chart_from_4_29_2_gets_the_metrics_directory(migrate: Migrate) -> None:
    done = migrate(below(SEPARATE, "prefect-server"), {"redis-db": "2"}, version_to="4.29.2")
    assert "    - name: PROMETHEUS_MULTIPROC_DIR\n        value: /tmp\n" in done.text


def test_vanilla_prefect_gets_only_the_docket(migrate: Migrate) -> None:
    assert migrate(SEPARATE, {"redis-db": "2"}).text == SEPARATE + "    docket:\n      url: redis://redis:6379/2\n"


def test_prefect_server_with_the_infrahub_image_gets_the_pin(migrate: Migrate) -> None:
    image = "global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub}}}\n"
    done = migrate(image + SEPARATE, {"redis-db": "2"})
    assert done.text == image + SEPARATE.replace("replicaCount: 2\n", dedent("""\
        replicaCount: 2
          env:
            - name: PREFECT_API_DATABASE_MIGRATE_ON_START
              value: "false"
        """)) + "    docket:\n      url: redis://redis:6379/2\n"  # fmt: skip


def test_prefect_server_gets_each_step_at_its_own_version(migrate: Migrate, plan: Plans) -> None:
    image = "global: {prefect: {image: {repository: registry.opsmill.io/opsmill/infrahub}}}\n"
    docket = image + SEPARATE + "    docket:\n      url: redis://redis:6379/2\n"
    first = migrate(image + SEPARATE, {"redis-db": "2"}, version_to="2026.4.10163454")
    assert first.text == docket
    assert plan(image + SEPARATE, version_to="2026.4.3000000").is_current
    second = migrate(first.text, version_from="2026.4.10163454", version_to="2026.4.21154022")
    assert second.text == migrate(image + SEPARATE, {"redis-db": "2"}).text


def test_a_newer_from_version_skips_no_migration(migrate: Migrate) -> None:
    """Selection is by shape: --from says which defaults the release runs on, not which migrations the file had."""
    before = below(SEPARATE, "infrahub", "prefect-server")
    done = migrate(before, {"redis-db": "2"}, version_from="4.15.0")
    assert done.text == migrate(before, {"redis-db": "2"}, version_from="4.13.0").text


def test_values_below_an_umbrella_charts_key_are_migrated(migrate: Migrate) -> None:
    text = below(SEPARATE, "platform", "infrahub", "prefect-server")
    done = migrate(text, {"redis-db": "2"}, version_from="4.13.0")
    inner = migrate(below(SEPARATE, "infrahub", "prefect-server"), {"redis-db": "2"}, version_from="4.13.0")
    assert done.text == below(inner.text, "platform")


def test_a_plain_version_is_the_plain_chart_despite_config_preset(migrate: Migrate) -> None:
    """configPreset in a file adds nothing: the preset's lists come with a flavoured chart."""
    before = "configPreset: medium\n" + below(SEPARATE, "infrahub", "prefect-server")
    done = migrate(before, {"redis-db": "2"}, version_from="4.13.0")
    assert "PREFECT_API_DATABASE_MIGRATE_ON_START" in done.text
    assert "PROMETHEUS_MULTIPROC_DIR" in done.text
    done = migrate(before, {"redis-db": "2"}, version_from="4.13.0-medium")
    assert "_ON_START" not in done.text


@pytest.mark.parametrize("flavour", ["small", "medium", "large-data"])
def test_a_migrated_override_is_current_without_its_flavour(migrate: Migrate, plan: Plans, flavour: str) -> None:
    before = "infrahub: {prefect-server: {backgroundServices: {messaging: {redis: {host: redis.prod}}}}}\n"
    done = migrate(before, {"flavour": flavour, "redis-db": "2"})
    assert done.text != before
    assert plan(done.text).is_current


def test_each_flavour_choice_says_what_it_sets_for_the_file(plan: Plans) -> None:
    text = dedent("""\
        infrahub:
          prefect-server:
            backgroundServices:
              replicaCount: 3
              messaging:
                redis: {host: redis, db: 3}
        """)
    choices = {choice.value: choice.leads_to for choice in by_id(plan(text))["flavour"].choices}
    lists = "the preset's server.env, the preset's backgroundServices.env"
    assert choices["none"].endswith("one replica each, and the background services run inside the API process")
    assert choices["small"] == f"X.Y.Z-small: separate background services, server.replicaCount 1, {lists}"
    assert choices["large"] == f"X.Y.Z-large: separate background services, server.replicaCount 4, {lists}"
    assert choices["openshift"] == "X.Y.Z-openshift: its preset is not known"
