"""What `explain` says of a rule and of a question, which messages name by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from migrator.cli.settings import flag_of
from migrator.planning import catalog
from migrator.report import pages
from migrator.rules import RULES, unknown
from migrator.verify.rendered_pods import CHECKS


class Explained(NamedTuple):
    """A rule as `explain` and the documentation tell it."""

    severity: str
    title: str
    remedy: str


def rules() -> Mapping[str, Explained]:
    """Every rule that a finding may name, by its id: of the values, of what Helm renders, and of the chart's keys."""
    return {
        **{rule.id: Explained(rule.severity, rule.title, rule.remedy) for rule in RULES},
        **{name: Explained(check.severity, check.title, check.remedy) for name, check in CHECKS.items()},
        unknown.ID: Explained("warning", unknown.TITLE, unknown.REMEDY),
    }


def of_rule(name: str) -> str:
    """What a rule asks, how bad a breach is, and what to do; empty where no rule is called so."""
    rule = rules().get(name)
    if rule is None:
        return ""
    about = f"{name} (a rule of verify; a breach is {'an error' if rule.severity == 'error' else 'a warning'})"
    return f"{about}\n\n{rule.title}\n\nIf it does not: {rule.remedy}\n\nMore: {pages.of_rule(name)}\n"


def of_question(name: str) -> str:
    """Which migration asks a question, and what answers it; empty where no question is called so."""
    loaded = catalog.load()
    if name.partition(".")[0] not in catalog.questions(loaded):
        return ""
    known, flag = catalog.asked_by(name, loaded), flag_of(name)
    about = f"a question of {known.id}, which explain tells of" if known else "a question that the file may leave open"
    answer = f"{flag}{'=' if ' ' in flag else ' '}VALUE"
    return f"{name} ({about})\n\nAnswer it with {answer}.\n\nMore: {pages.of_question(name)}\n"
