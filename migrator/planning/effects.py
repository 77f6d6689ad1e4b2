"""Verifies effects: a change that claims not to affect the pods' behaviour must not."""

from __future__ import annotations

from migrator.errors import VerificationError
from migrator.planning.plan import Plan
from migrator.prefect.settings import Behaviour, behaviour
from migrator.values.changes import Change
from migrator.values.release import Release


def prove(plan: Plan, path: str) -> None:
    """Check that each step's changes without effect leave what the pods do on the target chart unchanged.

    Raises VerificationError if a pod's settings or services differ, which is a bug in infrahub-migrator.
    """
    here = plan.start
    for planned in plan.steps:
        after = _edited(here, planned.changes)
        quiet = [change for change in planned.changes if change.effect == "none"]
        if quiet:
            # A step's changes are made at once. One may have no effect because another is made too (a value that
            # moves), or because another is not made yet (an entry overridden by one that is removed).
            others = [change for change in planned.changes if change.effect != "none"]
            differing = _differences(here, _edited(here, quiet))
            if differing:
                differing &= _differences(_edited(here, others), after)
            if differing:
                raise VerificationError(
                    f"{planned.known.id}, step {planned.step.id}: a change that should not affect the pods' "
                    f"behaviour would change {', '.join(sorted(differing))}; nothing was written. This is a bug "
                    "in infrahub-migrator.",
                    path=path,
                )
        here = after


def _edited(release: Release, changes: list[Change] | tuple[Change, ...]) -> Release:
    return release.edited([(change.layer, change.edit) for change in changes])


def _differences(before: Release, after: Release) -> set[str]:
    """What differs on the pods before and after, by setting name only, since values may be secrets."""
    found = set()
    ours, theirs = behaviour(before), behaviour(after)
    for pod in ours.keys() | theirs.keys():
        one, other = ours.get(pod, Behaviour({}, None)), theirs.get(pod, Behaviour({}, None))
        names = {*one.settings, *other.settings}
        differing = {name for name in names if one.settings.get(name) != other.settings.get(name)}
        if one.services != other.services:
            differing.add("the services")
        found |= {f"{name} on the {pod} pod" for name in differing}
    return found
