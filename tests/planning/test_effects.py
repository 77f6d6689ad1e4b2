"""A change that claims to leave the pods as they are is checked against what they do."""

from __future__ import annotations

import pytest

from migrator.errors import VerificationError
from migrator.planning import discover, effects, examine
from migrator.values.changes import Change
from migrator.values.edits import LAST, InsertItem
from tests import releases, skeleton

VALUES = skeleton.values("webserver-only", "")
ROUTE = ("infrahub", "prefect-server", "backgroundServices", "env")


@pytest.mark.parametrize(
    ("name", "value", "difference"),
    [
        ("OURS", "1", "OURS on the background pod"),
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "false", "the services on the background pod"),
        ("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "true", ""),  # as by default
    ],
)
def test_a_change_that_wrongly_claims_no_effect_is_refused(name: str, value: str, difference: str) -> None:
    request = examine.Request(discover.Options(version_from="4.13.0"), {"redis-db": "2"})
    whole = examine.examine(releases.of_text(VALUES), request).plan
    edit = InsertItem(ROUTE, {"name": name, "value": value}, LAST)
    quiet = Change(0, edit, "env", None, value, "it is the default", "none")
    step = whole.steps[0]._replace(changes=(quiet,))
    claim = whole._replace(steps=(step,))
    if difference:
        with pytest.raises(VerificationError, match=f"would change {difference}; nothing was written"):
            effects.prove(claim, "values.yaml")
        claim = claim._replace(steps=(step._replace(changes=(quiet._replace(effect="behaviour"),)),))
    effects.prove(claim, "values.yaml")
