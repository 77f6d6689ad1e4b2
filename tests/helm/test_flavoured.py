"""Files that need an edit only because the validation of a flavoured chart refuses them, before and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

AFTER = "2026.6.5172345"
OWN = """\
infrahub:
  prefect-server:
    backgroundServices:
      runAsSeparateDeployment: @separate@
      messaging: {redis: {host: redis.acme}@docket@}
"""
CASES = {
    "single": ("false", "", {}, ', docket: {url: ""}'),
    "single, a database given": ("false", "", {"redis-db": "3"}, ', docket: {url: "redis://redis.acme:6379/3"}'),
    "single, a Secret": ("false", ", docket: {existingSecret: s}", {}, ', docket: {existingSecret: s, url: ""}'),
    "separate, a Secret": ("true", ", docket: {existingSecret: s}", {}, ', docket: {existingSecret: s, url: ""}'),
    "separate, by Secret": ("true", "", {"docket-secret": "s"}, ', docket: {url: "", existingSecret: s}'),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("flavour", ["small", "medium-data", "large"])
def test_the_chart_accepts_only_the_migrated_file(
    case: str,
    flavour: str,
    preset: Callable[[str, str], str],
    migrate: Callable[..., Any],
    rendered: Callable[..., Any],
) -> None:
    from migrator.helm.engine import RenderError

    separate, docket, answers, after = CASES[case]
    own = OWN.replace("@separate@", separate)
    text = own.replace("@docket@", docket)
    chart = ("infrahub-enterprise", AFTER, preset(flavour, "4.14.1"))
    with pytest.raises(RenderError, match=r"docket\.url still holds the presets' example host"):
        rendered(text, *chart)
    done = migrate(text, answers, version_from=f"4.13.0-{flavour}")
    assert done.text == own.replace("@docket@", after)
    assert rendered(done.text, *chart)
