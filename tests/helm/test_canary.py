"""What Helm renders and what it complains about contain the credentials too; none is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CANARY = "c4n4ry-S3cret"
VALUES = f"""\
server:
  env:
    - {{name: PREFECT__SERVER_WEBSERVER_ONLY, value: "true"}}
    - {{name: PREFECT_API_KEY, value: {CANARY}-1}}
    - {{name: PREFECT_REDIS_MESSAGING_HOST, value: "redis"}}
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {{host: redis, db: 1, password: {CANARY}-2}}
    docket: {{url: "redis://:{CANARY}-3@redis:6379/2"}}
  env:
    - {{name: PREFECT_REDIS_MESSAGING_PASSWORD, value: {CANARY}-4}}
"""
FILES = {
    "sound": VALUES,
    "unsound": VALUES.replace("6379/2", "6379/two"),
    "of another kind": VALUES.replace(f"password: {CANARY}-2", f"password: [{CANARY}-2]"),
    "unknown": VALUES.replace("db: 1", f'db: "me:{CANARY}-5@redis", passwort: {CANARY}-6'),
}


@pytest.mark.parametrize("name", FILES)
def test_no_credential_from_helm_is_printed(
    cli: Callable[..., Any], chart: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    old, new = (chart("prefect-server", version) for version in ("2025.12.24192415", "2026.6.5172345"))
    (tmp_path / "values.yaml").write_text(FILES[name])
    for form in ("text", "json"):
        done = cli("verify", "values.yaml", "--chart-path", new, "--format", form)
        assert CANARY not in (done.stdout + done.stderr).decode()
    for form in ("text", "json", "markdown", "html"):
        done = cli("diff", "values.yaml", "--rendered", "--old-chart-path", old, "--chart-path", new, "--format", form)
        assert CANARY not in (done.stdout + done.stderr).decode()
