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


_READ_WHY = "Run the command that the finding names: it reads why."
_PUT_BACK = "Run the command that the finding names: it puts the deployment right."

DEPLOYED = {
    "deployed-version": Explained(
        "error", "What runs is of the version to verify.", "Upgrade it, with migrated values."
    ),
    "deployed-status": Explained("error", "The last revision is deployed, and neither failed nor pending.", _READ_WHY),
    "deployed-reuse-values": Explained(
        "error", "The old chart's own values are not in force any more.", "Upgrade again, never with --reuse-values."
    ),
    "deployed-missing": Explained("error", "Every deployment of the manifest is there.", "Install it again."),
    "deployed-env-lost": Explained("error", "Every env entry of the manifest is in the deployment.", _PUT_BACK),
    "deployed-env-twice": Explained("error", "No env entry stands more often than in the manifest.", _PUT_BACK),
    "deployed-env-differs": Explained("warning", "Every env entry is as the manifest has it.", _PUT_BACK),
    "deployed-env-added": Explained("warning", "No env entry was added to the deployment.", _PUT_BACK),
    "deployed-rollout": Explained("error", "The deployment is rolled out.", _READ_WHY),
    "deployed-unscheduled": Explained("error", "Every pod has a node.", _READ_WHY),
    "deployed-crash-loop": Explained("error", "No pod crashes again and again.", _READ_WHY),
    "deployed-not-started": Explained("error", "Every container is started.", _READ_WHY),
    "deployed-restarts": Explained("warning", "No container was started again.", _READ_WHY),
}
"""What `verify --deployed` looks at; how to mend a breach stands in each finding, with the release's own names."""


def rules() -> Mapping[str, Explained]:
    """Every rule that a finding may name, by its id: of values, renderings, keys, and what runs."""
    return {
        **{rule.id: Explained(rule.severity, rule.title, rule.remedy) for rule in RULES},
        **{name: Explained(check.severity, check.title, check.remedy) for name, check in CHECKS.items()},
        unknown.ID: Explained("warning", unknown.TITLE, unknown.REMEDY),
        **DEPLOYED,
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
    if catalog.about(name) is None:
        return ""
    known, flag = catalog.asked_by(name, loaded), flag_of(name)
    about = f"a question of {known.id}, which explain tells of" if known else "a question that the file may leave open"
    answer = f"{flag}{'=' if ' ' in flag else ' '}VALUE"
    return f"{name} ({about})\n\nAnswer it with {answer}.\n\nMore: {pages.of_question(name)}\n"
