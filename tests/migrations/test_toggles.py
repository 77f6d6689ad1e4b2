"""4.14.0: service toggles, mostly on vanilla Prefect with a docket, so that nothing else changes."""

from __future__ import annotations

from textwrap import dedent

import pytest

from migrator.errors import RefusedError

from .conftest import Migrate, Plans, by_id, effects

BACKGROUND = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
    docket: {url: "redis://redis:6379/2"}
"""
UNDECIDED = BACKGROUND.replace('    docket: {url: "redis://redis:6379/2"}\n', "")
DECIDED = {"redis-db": "2"}
DOCKET = (
    UNDECIDED
    + """\
    docket:
      url: redis://redis:6379/2
"""
)


def test_the_four_toggles_are_removed_from_both_lists(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
          env:
            - name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED
              value: "true"
            - name: PREFECT_API_SERVICES_TRIGGERS_ENABLED # the old spelling
              value: "true"
            - name: PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED
              value: "true"
            - name: KEPT
              value: "1"
        server:
          env:
            - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED
              value: "false"
            - name: PREFECT_API_SERVICES_EVENT_PERSISTER_ENABLED
              value: "false"
            - name: KEPT
              value: "2"
            - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
              value: "false"
            - name: PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED
              value: "false"
        """)
    after = BACKGROUND + dedent("""\
          env:
            - name: KEPT
              value: "1"
        server:
          env:
            - name: KEPT
              value: "2"
        """)
    done = migrate(before)
    assert done.text == after
    assert effects(done.plan) == {"none"}


@pytest.mark.parametrize("name", [
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE",
    "PREFECT_SERVER_SERVICES_TRIGGERS_STREAM_OUT_ENABLED",
    "PREFECT_SERVER_SERVICES_TRIGGERS_PG_NOTIFY_ENABLED_",
    "MY_PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
])  # fmt: skip
def test_names_that_only_look_like_toggles_stay(migrate: Migrate, name: str) -> None:
    text = f'{BACKGROUND}  env:\n    - {{name: {name}, value: "true"}}\n'
    done = migrate(text)
    assert done.text == text and done.notices == ""


@pytest.mark.parametrize("value", ['"true"', '"True"', '"1"', '"on"', "true", "yes"])
def test_values_are_compared_as_booleans(migrate: Migrate, value: str) -> None:
    before = f"{BACKGROUND}  env: [{{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: {value}}}]\n"
    assert migrate(before).text == f"{BACKGROUND}  env: []\n"


@pytest.mark.parametrize("value", ['"false"', '""', '"truth"', '" true"', '"{{ .Values.on }}"'])
def test_a_value_that_is_not_the_presets_is_a_question(migrate: Migrate, plan: Plans, value: str) -> None:
    text = f"{UNDECIDED}  env: [{{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: {value}}}]\n"
    assert list(by_id(plan(text, DECIDED))) == ["custom-toggles.background.TRIGGERS"]
    kept = migrate(text, {**DECIDED, "custom-toggles": "keep"})
    assert kept.text == text.replace(UNDECIDED, DOCKET)
    removed = migrate(text, {**DECIDED, "custom-toggles": "remove"})
    assert removed.text == DOCKET + "  env: []\n"
    assert effects(removed.plan) == {"required", "behaviour"}


def test_a_toggle_that_cannot_be_read_is_a_question(migrate: Migrate, plan: Plans) -> None:
    before = (
        UNDECIDED
        + """\
  env:
    - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
      valueFrom: {configMapKeyRef: {name: tuning, key: triggers}}
"""
    )
    assert list(by_id(plan(before, DECIDED))) == ["custom-toggles.background.TRIGGERS"]
    assert migrate(before, {**DECIDED, "custom-toggles": "remove"}).text == DOCKET + "  env: []\n"


def test_each_custom_toggle_is_asked_about_separately(migrate: Migrate, plan: Plans) -> None:
    before = UNDECIDED + dedent("""\
          env: # the services
            - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
            - {name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED, value: "false"}
        server:
          env:
            - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}
        """)
    assert list(by_id(plan(before, DECIDED))) == [
        "custom-toggles.server.TRIGGERS",
        "custom-toggles.background.EVENT_PERSISTER",
        "custom-toggles.background.TRIGGERS",
    ]
    answers = {
        "custom-toggles": "keep",
        "custom-toggles.server.TRIGGERS": "remove",
        "custom-toggles.background.TRIGGERS": "remove",
    }
    done = migrate(before, {**DECIDED, **answers})
    assert done.text == DOCKET + dedent("""\
          env: # the services
            - {name: PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED, value: "false"}
        server:
          env: []
        """)


def test_a_kept_toggle_is_reported_afterwards(migrate: Migrate) -> None:
    text = (
        BACKGROUND
        + """\
  env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}]
"""
    )
    done = migrate(text)
    assert done.text == text
    assert 'PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED is "false". No action needed: it works' in done.notices


@pytest.mark.parametrize(
    "entries",
    [
        # Of one name the last wins; of the two spellings, PREFECT_SERVER_.
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}, '
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}',
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}, '
        '{name: PREFECT_API_SERVICES_TRIGGERS_ENABLED, value: "false"}',
    ],
)
def test_duplicates_are_removed_if_the_winner_is_the_presets(migrate: Migrate, entries: str) -> None:
    assert migrate(f"{BACKGROUND}  env: [{entries}]\n").text == f"{BACKGROUND}  env: []\n"


@pytest.mark.parametrize(
    "entries",
    [
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}, '
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}',
        '{name: PREFECT_API_SERVICES_TRIGGERS_ENABLED, value: "true"}, '
        '{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}',
    ],
)
def test_duplicates_are_a_question_if_the_winner_is_not_the_presets(
    migrate: Migrate, plan: Plans, entries: str
) -> None:
    text = f"{UNDECIDED}  env: [{entries}]\n"
    assert list(by_id(plan(text, DECIDED))) == ["custom-toggles.background.TRIGGERS"]
    assert migrate(text, {**DECIDED, "custom-toggles": "remove"}).text == DOCKET + "  env: []\n"


# The event logger


def test_the_presets_event_logger_is_removed_with_effect_behaviour(migrate: Migrate) -> None:
    before = (
        UNDECIDED
        + """\
  env:
    - {name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}
    - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}
"""
    )
    done = migrate(before, DECIDED)
    assert done.text == DOCKET + "  env: []\n"
    why = {change.path.rpartition(".")[2]: (change.effect, change.why) for change in done.plan.changes}
    effect, text = why["PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED"]
    assert effect == "behaviour" and "turns off the debugging event logger" in text


def test_the_presets_event_logger_is_kept_by_an_answer(migrate: Migrate) -> None:
    before = (
        UNDECIDED
        + """\
  env:
    - {name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}
    - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}
"""
    )
    assert (
        migrate(before, {**DECIDED, "event-logger": "keep"}).text
        == DOCKET
        + """\
  env:
    - {name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}
"""
    )


@pytest.mark.parametrize("value", ['"true"', '"false"'])
def test_an_event_logger_without_the_other_toggles_is_a_question(plan: Plans, value: str) -> None:
    text = f"{UNDECIDED}  env: [{{name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: {value}}}]\n"
    assert list(by_id(plan(text, DECIDED))) == ["custom-toggles.background.EVENT_LOGGER"]


def test_an_event_logger_that_global_env_sets_too_has_effect_none(migrate: Migrate) -> None:
    head = 'global: {prefect: {env: [{name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}]}}\n'
    before = f'{head}{BACKGROUND}  env: [{{name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED, value: "true"}}]\n'
    done = migrate(before)
    assert done.text == f"{head}{BACKGROUND}  env: []\n"
    assert effects(done.plan) == {"none"}


# Other places


def test_toggles_of_other_services_stay_with_a_notice(migrate: Migrate) -> None:
    text = (
        BACKGROUND
        + """\
  env:
    - {name: PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED, value: "false"}
    - {name: PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED, value: "true"}
"""
    )
    done = migrate(text)
    assert done.text == text
    assert 'SCHEDULER_ENABLED ("false") stays: no preset ever set it' in done.notices
    assert 'REPOSSESSOR_ENABLED ("true") stays' in done.notices


def test_toggles_in_global_env_stay_with_a_notice(migrate: Migrate) -> None:
    text = BACKGROUND + dedent("""\
        global:
          prefect:
            env:
              - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
        """)
    done = migrate(text)
    assert done.text == text
    assert 'global.prefect.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED ("false") stays' in done.notices


def test_a_toggle_that_overrides_global_env_stays(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
          env:
            - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}
        global: {prefect: {env: [{name: PREFECT_API_SERVICES_TRIGGERS_ENABLED, value: "false"}]}}
        server:
          env:
            - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
        """)
    done = migrate(before)
    assert done.text == before.replace(
        """
    - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}
""",
        " []\n",
    )
    assert "it overrides the same toggle in global.prefect.env" in done.notices


def test_config_maps_and_secrets_that_may_have_toggles_are_a_notice(migrate: Migrate) -> None:
    text = BACKGROUND + "  extraEnvVarsCM: tuning\nserver: {extraEnvVarsSecret: more}\n"
    done = migrate(text)
    assert done.text == text
    both = "Secret more (server.extraEnvVarsSecret) and ConfigMap tuning (backgroundServices.extraEnvVarsCM)"
    assert f"{both} cannot be read from here. Check whether any of them has service toggles" in done.notices
    one = migrate(BACKGROUND + "  extraEnvVarsCM: tuning\n").notices
    assert "ConfigMap tuning (backgroundServices.extraEnvVarsCM) cannot be read from here. Check whether it" in one
    assert "cannot be read from here" not in migrate(BACKGROUND).notices


def test_toggles_of_a_single_deployment_stay(migrate: Migrate) -> None:
    text = dedent("""\
        backgroundServices:
          runAsSeparateDeployment: false
          env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "true"}]
        server:
          env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: "false"}]
        """)
    done = migrate(text)
    assert done.text == text
    assert "Nothing changes here" in done.notices and not done.warnings


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('  runAsSeparateDeployment: "true"', "backgroundServices.runAsSeparateDeployment is 'true'"),
        ('  messaging: {redis: {host: redis, ssl: "true"}}', "backgroundServices.messaging.redis.ssl is 'true'"),
        ("  messaging: {redis: {host: redis, ssl: 1}}", "backgroundServices.messaging.redis.ssl is 1"),
    ],
)
def test_a_boolean_that_the_schema_refuses_is_refused(plan: Plans, line: str, names: str) -> None:
    with pytest.raises(RefusedError) as caught:
        plan(f"backgroundServices:\n{line}\n")
    assert names in str(caught.value)
    assert "without quotes" in str(caught.value)


def test_an_unquoted_boolean_is_accepted(plan: Plans) -> None:
    assert plan("backgroundServices: {runAsSeparateDeployment: yes, messaging: {redis: {host: redis, ssl: on}}}\n")
