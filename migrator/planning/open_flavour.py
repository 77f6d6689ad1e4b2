"""A release of unknown flavour: planned without it if the result is the same for all, else the flavour is asked."""

from __future__ import annotations

from typing import NamedTuple

from migrator.charts.presets import knows_preset
from migrator.charts.versions import FLAVOURS
from migrator.errors import RefusedError, UsageError
from migrator.planning.answers import Asking
from migrator.planning.plan import Plan
from migrator.planning.upgrade import Upgrade
from migrator.prefect import deployment, flavours
from migrator.values.changes import Change


class Settled(NamedTuple):
    """An upgrade whose flavour is known, or does not matter; in that case with the plan, which is the same for all."""

    upgrade: Upgrade
    plan: Plan | None = None


def settle(upgrade: Upgrade, ask: Asking) -> Settled | None:
    """Find out whether the flavour matters, and ask for it if it does; None while there is no answer."""
    release = upgrade.release("")
    if not flavours.matter(release):
        return Settled(upgrade.with_notices([*flavours.validation_notices(release)]))
    if ask.given("flavour") is None:
        plan = _same_plan_for_all(upgrade)
        if plan is not None:
            return Settled(upgrade, plan)
        migrated = _as_migrated(upgrade) if deployment.needs_docket_chart(release) else None
        if migrated is not None:
            return migrated
    answer = flavours.ask_for(ask, release)
    return Settled(upgrade._replace(detected=upgrade.detected._replace(flavour=answer))) if answer is not None else None


def _same_plan_for_all(upgrade: Upgrade) -> Plan | None:
    """The plan of the first of the flavours that differ, if they all lead to the same plan; else None."""
    first: Plan | None = None
    for flavour in flavours.that_differ(upgrade.release("")):
        release = upgrade.release(flavour)
        try:
            plan = upgrade.plan(release)
        except RefusedError:
            if knows_preset(release.flavour):
                raise
            # What this preset decides is unknown, so it matters, unless the file is up to date for all others.
            if first is None or not first.is_current:
                return None
            continue
        except UsageError:  # the answer may still be valid for the flavour that runs
            return None
        if first is None:
            first = plan
        elif _wanted_by(plan) != _wanted_by(first):
            return None
    return first


def _as_migrated(upgrade: Upgrade) -> Settled | None:
    """The plan of a file that only a new chart accepts and that is current for some flavours: it was migrated before.

    A file cannot record which flavour runs; asking again would lead to the same file.
    """
    right: dict[str, Plan] = {}
    for flavour in filter(knows_preset, ("", *FLAVOURS)):
        try:
            plan = upgrade.plan(upgrade.release(flavour))
        except (RefusedError, UsageError):
            continue
        if plan.is_current:
            right[flavour] = plan
    if not right:
        return None
    names = ", ".join(flavour or "the plain chart" for flavour in right)
    evidence = f"right as it is for {names}; for another flavour, give --from VERSION-FLAVOUR"
    return Settled(upgrade.with_evidence(evidence), next(iter(right.values())))


def _wanted_by(plan: Plan) -> tuple[list[Change], list[str]]:
    return plan.changes, [question.id for question in plan.open_questions]
