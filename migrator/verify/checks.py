"""What is looked at beside the values: what a check is, and those of a release that runs."""

from typing import Literal, NamedTuple


class Check(NamedTuple):
    """What must hold of what was looked at: `title` says it, `remedy` how to mend a breach."""

    severity: Literal["error", "warning"]
    title: str
    remedy: str


_READ_WHY = "Run the command that the finding names: it reads why."
_PUT_BACK = "Run the command that the finding names: it puts the deployment right."

DEPLOYED = {
    "deployed-version": Check("error", "What runs is of the version to verify.", "Upgrade it, with migrated values."),
    "deployed-status": Check("error", "The last revision is deployed, and neither failed nor pending.", _READ_WHY),
    "deployed-reuse-values": Check(
        "error", "The old chart's own values are not in force any more.", "Upgrade again, never with --reuse-values."
    ),
    "deployed-missing": Check("error", "Every deployment of the manifest is there.", "Install it again."),
    "deployed-env-lost": Check("error", "Every env entry of the manifest is in the deployment.", _PUT_BACK),
    "deployed-env-twice": Check("error", "No env entry stands more often than in the manifest.", _PUT_BACK),
    "deployed-env-differs": Check("warning", "Every env entry is as the manifest has it.", _PUT_BACK),
    "deployed-env-added": Check("warning", "No env entry was added to the deployment.", _PUT_BACK),
    "deployed-rollout": Check("error", "The deployment is rolled out.", _READ_WHY),
    "deployed-unscheduled": Check("error", "Every pod has a node.", _READ_WHY),
    "deployed-crash-loop": Check("error", "No pod crashes again and again.", _READ_WHY),
    "deployed-not-started": Check("error", "Every container is started.", _READ_WHY),
    "deployed-restarts": Check("warning", "No container was started again.", _READ_WHY),
}
"""What `verify --deployed` looks at; how to mend a breach stands in each finding, with the release's own names."""
