"""What `explain` says about rules and questions, which messages name by their ids."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.cli.settings import flag_of
from migrator.planning import catalog, chart_bump
from migrator.report import pages
from migrator.rules import RULES, unknown
from migrator.verify.checks import DEPLOYED, Check
from migrator.verify.rendered_pods import CHECKS


def rules() -> Mapping[str, Check]:
    """Every rule that a finding may name, by its id: about values, renderings, keys, and running pods."""
    return {
        **{rule.id: Check(rule.severity, rule.title, rule.remedy) for rule in RULES},
        **CHECKS,
        unknown.ID: Check("warning", unknown.TITLE, unknown.REMEDY),
        **DEPLOYED,
    }


def of_rule(name: str) -> str:
    """What a rule requires, how severe a breach is, and what to do; empty if there is no such rule."""
    rule = rules().get(name)
    if rule is None:
        return ""
    about = f"{name} (a rule of verify; breaking it is {'an error' if rule.severity == 'error' else 'a warning'})"
    return f"{about}\n\n{rule.title}\n\nWhat to do: {rule.remedy}\n\nMore: {pages.of_rule(name)}\n"


def of_question(name: str) -> str:
    """Which migration asks a question, and how to answer it; empty if there is no such question."""
    loaded = catalog.load()
    decision = catalog.decision_of(name)
    if decision is None:
        return ""
    known, flag = catalog.asked_by(name, loaded), flag_of(name)
    about = (
        f"a question of {known.id}; explain describes that migration"
        if known
        else "a question that the file may leave open"
    )
    value = "|".join(decision.values) or decision.metavar or "VALUE"
    answer = f"{flag}{'=' if ' ' in flag else ' '}{value}"
    parts = [f"{name} ({about})", f"Answer it with {answer}."]
    if decision.how_to_find:
        parts.append(decision.how_to_find)
    return "\n\n".join([*parts, f"More: {pages.of_question(name)}"]) + "\n"


def of_version(name: str) -> str:
    """How the chart version in the object around the values is updated; empty for any other name."""
    if name != chart_bump.NAME:
        return ""
    return (
        f"{name} (of an object that names its chart's version, in every upgrade)\n\n{ABOUT_VERSION}\n\n"
        f"More: {pages.of_version()}\n"
    )


ABOUT_VERSION = (
    "The chart's version moves with the values, since the old chart refuses the new ones: to --to, else to the newest "
    "version that can be taken back. --no-bump leaves it as it is."
)
