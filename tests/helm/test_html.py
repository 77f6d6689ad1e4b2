"""The HTML page about the cluster: unexplained differences first, each one under its cause, and what restarts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

BEFORE, AFTER = "2025.12.24192415", "2026.6.5172345"


@pytest.fixture
def page(cli: Callable[..., Any], chart: Callable[..., Path], tmp_path: Path) -> str:
    """The page for a preset of 4.13.0."""
    old, new = chart("infrahub-enterprise", BEFORE), chart("infrahub-enterprise", AFTER)
    (tmp_path / "values.yaml").write_bytes(cli("example").stdout)
    charts = ("--rendered", "--old-chart-path", old, "--chart-path", new)
    done = cli("diff", "values.yaml", *charts, "--redis-db", "2", "--format", "html")
    assert done.returncode == 0, done.stderr
    return str(done.stdout.decode())


def test_each_difference_is_under_its_cause(page: str) -> None:
    pattern = r'<div class="cause ca-([\w-]+)">\s*<h3>(.*?)</h3>(.*?)(?=<div class="cause|<h3)'
    sections = re.findall(pattern, page, re.DOTALL)
    assert [kind for kind, _, _ in sections][:2] == ["step", "step"]
    docket = next(text for _, heading, text in sections if "step docket" in heading)
    assert "PREFECT_SERVER_DOCKET_URL" in docket and "redis://infrahub-cache-master:6379/2" in unescape(docket)
    assert "<caption>Deployment prefect-server-background-services, Deployment prefect-server</caption>" in docket


def test_it_says_which_pods_restart(page: str) -> None:
    restarts = page[page.index("<dt>What restarts</dt>") :].partition("</div>")[0]
    assert re.findall("<dd>(.*?)</dd>", restarts) == [
        "Deployment prefect-server-background-services.", "Deployment prefect-server.",
    ]  # fmt: skip
