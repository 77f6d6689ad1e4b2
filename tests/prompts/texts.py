"""A release to ask about: one question without a safe answer, one with, and four steps."""

from __future__ import annotations

BEFORE = """\
configPreset: medium
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: cache # größer
          db: 1
      env:
        - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED
          value: "true"
        - name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED
          value: "true"
"""

AFTER = """\
configPreset: medium
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: cache # größer
          db: 1
        docket:
          url: redis://cache:6379/2
      env:
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
"""
"""With the answers that a person who only presses Enter gives."""

KEPT = """\
configPreset: medium
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT_UI_SERVE_BASE
          value: /
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_DATABASE_MIGRATE_ON_START
          value: "false"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: cache # größer
          db: 1
        docket:
          url: redis://cache:6379/3
      env:
        - name: PROMETHEUS_MULTIPROC_DIR
          value: ""
        - name: PREFECT_SERVER_SERVICES_EVENT_LOGGER_ENABLED
          value: "true"
"""
"""With the event logger kept, and database 3."""
