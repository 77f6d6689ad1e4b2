"""What hostile inputs brought to light, each in the smallest text that shows it, through the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]

SEPARATE = """\
configPreset: medium
infrahub:
  prefect-server:
    server:
      env:
        - name: PREFECT__SERVER_WEBSERVER_ONLY
          value: "true"
        - name: PREFECT_API_BLOCKS_REGISTER_ON_START
          value: "false"
    backgroundServices:
      runAsSeparateDeployment: true
      messaging:
        redis:
          host: redis
          db: 1
      env: []
"""


def migrate(cli: Cli, tmp_path: Path, text: str, *options: str) -> Any:
    (tmp_path / "values.yaml").write_text(text)
    return cli("migrate", "values.yaml", "--redis-db", "2", "--non-interactive", *options)


def test_a_name_that_stood_twice_before_is_not_held_against_the_migration_that_takes_one_out(
    cli: Cli, tmp_path: Path
) -> None:
    """It stood three times and stands twice then, in another list, so that the rule has other words for it."""
    twice = "      prefect: {env: [{name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'true'}%s]}\n"
    again = ", {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'true'}"
    toggle = "env:\n        - {name: PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED, value: 'false'}\n"
    text = SEPARATE.replace("env:\n", toggle, 1) + "    global:\n" + twice % again

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 0, done.stderr
    assert "redis://redis:6379/2" in (tmp_path / "values.yaml").read_text()


@pytest.mark.parametrize("nothing", ["{}", "[]", "false", '""'])
def test_a_secrets_name_that_a_template_takes_for_nothing_is_none(cli: Cli, tmp_path: Path, nothing: str) -> None:
    text = SEPARATE.replace("db: 1\n", f"db: 1\n          existingSecret: {nothing}\n")

    done = migrate(cli, tmp_path, text)

    assert done.returncode == 0, done.stderr
    assert "url: redis://redis:6379/2\n" in (tmp_path / "values.yaml").read_text()
