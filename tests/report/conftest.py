"""A report with something in every field, and the parts to build others from."""

from __future__ import annotations

import pytest

from migrator.report.records import ChangeReport, FileReport, Finding, NoticeReport, QuestionReport, Report
from migrator.report.result_records import LayerReport

BEFORE = b"""\
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "false"
        - name: WEB_CONCURRENCY
          value: "1"
    backgroundServices:
      messaging:
        redis:
          host: cache
          db: 1
"""
AFTER = b"""\
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: WEB_CONCURRENCY
          value: "1"
    backgroundServices:
      messaging:
        redis:
          host: cache
          db: 1
        docket:
          url: redis://cache:6379/2
"""


@pytest.fixture
def file() -> FileReport:
    """A release with something in every field, ready to be migrated."""
    return FileReport(
        path="values.yaml",
        status="pending",
        layers=(LayerReport("values.yaml", BEFORE, AFTER),),
        chart="infrahub-enterprise",
        version_from="4.13.0-small",
        version_to="4.14.1-small",
        flavour="small",
        root="infrahub.prefect-server",
        evidence=("the values under infrahub.prefect-server", "configPreset is small"),
        migrations=(("v4_14_0_prefect_docket", "One docket, separate services"),),
        changes=(
            ChangeReport(
                id="v4_14_0_prefect_docket.toggles.1",
                migration="v4_14_0_prefect_docket",
                step="toggles",
                kind="remove",
                path="server.env.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED",
                file="values.yaml",
                line=7,
                before="false",
                after=None,
                why="redundant, since separate background services do this anyway",
                effect="none",
            ),
            ChangeReport(
                id="v4_14_0_prefect_docket.docket.1",
                migration="v4_14_0_prefect_docket",
                step="docket",
                kind="add",
                path="backgroundServices.messaging.docket.url",
                file="values.yaml",
                line=12,
                before=None,
                after="redis://cache:6379/2",
                why="without a shared docket every background replica keeps its own queue",
                effect="required",
            ),
        ),
        questions=(
            QuestionReport(
                id="redis-db",
                text="Which database of the Redis at cache:6379 is to hold the docket?",
                choices=(),
                default=None,
                suggestion="2",
                flag="--redis-db",
                answer="2",
                answered=True,
                by="flag",
            ),
            QuestionReport(
                id="event-logger",
                text="Keep the event logger?",
                choices=(("remove", "the event logger stops"), ("keep", "the log lines stay")),
                default="remove",
                suggestion=None,
                flag="--event-logger",
                answer="remove",
                answered=False,
                by="default",
            ),
        ),
        notices=(
            NoticeReport("info", "Upgrade file and chart in one go.", "", 0),
            NoticeReport("warning", "WEB_CONCURRENCY stands once.", "values.yaml", 9),
        ),
        findings=(Finding("docket-url", "warning", "values.yaml", 12, "It shares a database.", "Choose another."),),
        values_before={
            "infrahub": {
                "prefect-server": {
                    "server": {
                        "env": [
                            {"name": "PREFECT_UI_SERVE_BASE", "value": "/"},
                            {"name": "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "value": "false"},
                            {"name": "WEB_CONCURRENCY", "value": "1"},
                        ]
                    },
                    "backgroundServices": {"messaging": {"redis": {"host": "cache", "db": 1}}},
                }
            }
        },
        values_after={
            "infrahub": {
                "prefect-server": {
                    "server": {
                        "env": [
                            {"name": "PREFECT_UI_SERVE_BASE", "value": "/"},
                            {"name": "WEB_CONCURRENCY", "value": "1"},
                        ]
                    },
                    "backgroundServices": {
                        "messaging": {
                            "redis": {"host": "cache", "db": 1},
                            "docket": {"url": "redis://cache:6379/2"},
                        }
                    },
                }
            }
        },
        exit_code=0,
    )


@pytest.fixture
def report(file: FileReport) -> Report:
    """A run of `plan` over that release."""
    return Report("plan", (file,))


@pytest.fixture
def needs_decision(file: FileReport) -> FileReport:
    """The same release before its database was chosen."""
    questions = tuple(
        question._replace(answer=None, answered=False, by=None) if question.id == "redis-db" else question
        for question in file.questions
    )
    return file._replace(status="needs-decision", changes=file.changes[:1], questions=questions, exit_code=3)
