"""What Helm makes of each answer where a release moves to another flavour of the chart."""

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
def test_each_answer_for_another_preset(
    pods: Callable[..., dict[str, list[str]]],
    preset: Callable[[str, str], str],
    migrate: Callable[..., Any],
    answer: str,
    same: bool,
) -> None:
    """The batch sizes of small are other ones."""
    before, small = pods(OWN, *CHART, preset("medium", "4.18.0")), preset("small", "4.18.0")
    assert pods(OWN, *CHART, small) != before
    done = migrate(OWN, {"flavour-change": answer}, version_from="4.18.0-medium", version_to="4.18.0-small")
    assert (pods(done.text, *CHART, small) == before) is same


def test_the_old_preset_goes_on_over_the_overlay(
    pods: Callable[..., dict[str, list[str]]], preset: Callable[[str, str], str], migrate: Callable[..., Any]
) -> None:
    """Without it there are no background services of their own, and no docket."""
    before = pods(OWN, *CHART, preset("medium", "4.18.0"))
    assert (len(before), len(pods(OWN, *CHART))) == (2, 1)
    wishes = {"version_from": "4.18.0-medium", "version_to": "4.21.2-openshift"}
    assert pods(migrate(OWN, {"flavour-change": "carry"}, **wishes).text, *CHART) == before
