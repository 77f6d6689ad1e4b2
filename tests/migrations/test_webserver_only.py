"""4.14.0: WEBSERVER_ONLY keeps the services off the API pods if a custom `server.args` keeps the chart from it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import Migrate, effects

BACKGROUND = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
    docket: {url: "redis://redis:6379/2"}
"""


def test_webserver_only_is_added_after_serve_base(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
        server:
          args: [gunicorn, app]
          env:
            - name: FIRST
              value: "1"
            - name: PREFECT_UI_SERVE_BASE
              value: /
            - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
              value: "false"
        """)
    done = migrate(before)
    assert done.text == BACKGROUND + dedent("""\
        server:
          args: [gunicorn, app]
          env:
            - name: FIRST
              value: "1"
            - name: PREFECT_UI_SERVE_BASE
              value: /
            - name: PREFECT__SERVER_WEBSERVER_ONLY
              value: "true"
        """)
    assert effects(done.plan) == {"none", "behaviour"}


def test_webserver_only_goes_first_without_serve_base(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
        server:
          args: [gunicorn, app]
          env:
          - name: KEPT
            value: "1"
        """)
    assert migrate(before).text == BACKGROUND + dedent("""\
        server:
          args: [gunicorn, app]
          env:
          - name: PREFECT__SERVER_WEBSERVER_ONLY
            value: "true"
          - name: KEPT
            value: "1"
        """)


@pytest.mark.parametrize("args", ["[]", "[prefect, server, start, --no-services]", "null"])
def test_without_custom_args_webserver_only_is_not_needed(migrate: Migrate, args: str) -> None:
    text = f"{BACKGROUND}server:\n  args: {args}\n  env:\n    - {{name: KEPT, value: '1'}}\n"
    assert migrate(text).text == text


@pytest.mark.parametrize("odd", ['value: ""', "value:", 'value: "{{ .Values.x }}"',
                                 "valueFrom: {configMapKeyRef: {name: a, key: b}}"])  # fmt: skip
def test_webserver_only_that_may_be_empty_is_set(migrate: Migrate, odd: str) -> None:
    frame = f"{BACKGROUND}server:\n  args: [gunicorn, app]\n  env:\n    - name: PREFECT__SERVER_WEBSERVER_ONLY\n      "
    done = migrate(f"{frame}{odd}\n")
    assert done.text == f'{frame}value: "true"\n'
    assert effects(done.plan) == {"behaviour"}


@pytest.mark.parametrize("value", ["false", "0", "False", "no"])
def test_webserver_only_false_means_on_and_gets_a_notice(migrate: Migrate, value: str) -> None:
    text = f'{BACKGROUND}server:\n  args: [x]\n  env: [{{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "{value}"}}]\n'
    done = migrate(text)
    assert done.text == text
    assert f'is "{value}", which still means on' in done.notices


def test_webserver_only_true_is_enough(migrate: Migrate) -> None:
    text = f'{BACKGROUND}server:\n  args: [x]\n  env: [{{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}}]\n'
    done = migrate(text)
    assert done.text == text and not done.warnings


def test_webserver_only_in_global_env_counts(migrate: Migrate) -> None:
    text = BACKGROUND + dedent("""\
        global: {prefect: {env: [{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}]}}
        server: {args: [gunicorn, app], env: [{name: KEPT, value: "1"}]}
        """)
    assert migrate(text).text == text


def test_an_empty_webserver_only_in_global_env_does_not_count(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
        global: {prefect: {env: [{name: PREFECT__SERVER_WEBSERVER_ONLY, value: ""}]}}
        server: {args: [gunicorn, app], env: [{name: KEPT, value: "1"}]}
        """)
    assert migrate(before).text == before.replace(
        "[{name: KEPT", '[{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}, {name: KEPT'
    )


def test_the_last_webserver_only_is_the_one_that_counts(migrate: Migrate) -> None:
    before = BACKGROUND + dedent("""\
        server:
          args: [gunicorn, app]
          env:
            - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}
            - {name: PREFECT__SERVER_WEBSERVER_ONLY, value: ""}
        """)
    done = migrate(before)
    assert done.text == before.replace('value: ""', 'value: "true"')
    assert "PREFECT__SERVER_WEBSERVER_ONLY is set twice on the server pod" in done.notices


def test_webserver_only_is_written_in_a_new_list_if_there_is_none(migrate: Migrate) -> None:
    before = BACKGROUND + "server: {args: [gunicorn, app]}\n"
    assert migrate(before).text == BACKGROUND + (
        'server: {args: [gunicorn, app], env: [{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}]}\n'
    )
