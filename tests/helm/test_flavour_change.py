"""What Helm renders for each answer when a release moves to another flavour of the chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CHART = ("infrahub-enterprise", "2026.6.5172345")
OWN = """\
infrahub:
  prefect-server:
    backgroundServices:
      messaging: {redis: {host: redis.acme}, docket: {url: "redis://redis.acme:6379/2"}}
"""


@pytest.mark.parametrize(("answer", "same"), [("keep", False), ("carry", True)])
def test_carry_keeps_the_pods_and_keep_takes_the_new_preset(
    pods: Callable[..., dict[str, list[str]]],
    preset: Callable[[str, str], str],
    migrate: Callable[..., Any],
    answer: str,
    same: bool,
) -> None:
    """The preset small has other batch sizes."""
    before, small = pods(OWN, *CHART, preset("medium", "4.18.0")), preset("small", "4.18.0")
    assert pods(OWN, *CHART, small) != before
    done = migrate(OWN, {"flavour-change": answer}, version_from="4.18.0-medium", version_to="4.18.0-small")
    assert (pods(done.text, *CHART, small) == before) is same


def test_carry_keeps_the_old_preset_on_a_flavour_without_one(
    pods: Callable[..., dict[str, list[str]]], preset: Callable[[str, str], str], migrate: Callable[..., Any]
) -> None:
    """Without it there are no separate background services, and no docket."""
    before = pods(OWN, *CHART, preset("medium", "4.18.0"))
    assert (len(before), len(pods(OWN, *CHART))) == (2, 1)
    options = {"version_from": "4.18.0-medium", "version_to": "4.21.2-openshift"}
    assert pods(migrate(OWN, {"flavour-change": "carry"}, **options).text, *CHART) == before
