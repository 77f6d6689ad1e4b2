"""Checks on more than the values: the type, and the checks of a running release."""

from typing import Literal, NamedTuple


class Check(NamedTuple):
    """A condition that must hold: `title` states it, and `remedy` says how to fix a breach."""

    severity: Literal["error", "warning"]
    title: str
    remedy: str


_READ_WHY = "Run the command in the finding: it shows why."
_PUT_BACK = "Run the command in the finding: it repairs the deployment."

DEPLOYED = {
    "deployed-version": Check(
        "error", "The version that runs is the one to verify.", "Upgrade it, with migrated values."
    ),
    "deployed-status": Check("error", "The last revision is deployed, and neither failed nor pending.", _READ_WHY),
    "deployed-reuse-values": Check(
        "error", "The old chart's own values are no longer in force.", "Upgrade again, never with --reuse-values."
    ),
    "deployed-missing": Check("error", "Every deployment of the manifest exists.", "Install it again."),
    "deployed-env-lost": Check("error", "Every env entry of the manifest is in the deployment.", _PUT_BACK),
    "deployed-env-twice": Check("error", "No env entry appears more often than in the manifest.", _PUT_BACK),
    "deployed-env-differs": Check("warning", "Every env entry is as in the manifest.", _PUT_BACK),
    "deployed-env-added": Check("warning", "No env entry was added to the deployment.", _PUT_BACK),
    "deployed-rollout": Check("error", "The deployment is rolled out.", _READ_WHY),
    "deployed-unscheduled": Check("error", "Every pod has a node.", _READ_WHY),
    "deployed-crash-loop": Check("error", "No pod crashes repeatedly.", _READ_WHY),
    "deployed-not-started": Check("error", "Every container has started.", _READ_WHY),
    "deployed-restarts": Check("warning", "No container was restarted.", _READ_WHY),
}
"""What `verify --deployed` looks at; each finding says how to fix a breach, with the release's own names."""
