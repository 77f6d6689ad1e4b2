"""What an upgrade changes in the cluster, in plain records; kept apart, since few runs render anything."""

from __future__ import annotations

from typing import Literal, NamedTuple

from migrator.values.edits import Value

HIDDEN = "(hidden)"
"""What stands for the data of a Secret in the cluster."""


class Explanation(NamedTuple):
    """What explains a difference in the cluster.

    "step": a step of a migration, `title` saying what it does and `text` why; "chart": what `text` says the chart does
    now; "values": its own values, `text` naming which; "version": labels and checksums that follow the chart;
    "made-up": Helm makes it up anew each time it renders; "none": nothing does, `text` saying what is known.
    """

    kind: Literal["step", "chart", "values", "version", "made-up", "none"]
    migration: str = ""
    step: str = ""
    title: str = ""
    text: str = ""


class ClusterChange(NamedTuple):
    """One field of one object that the upgrade changes in the cluster, or an object that comes or goes (no `path`)."""

    object: str
    path: str
    kind: Literal["add", "replace", "remove"]
    before: Value
    after: Value
    explanation: Explanation


class ClusterReport(NamedTuple):
    """What an upgrade changes in the cluster: the charts, the release that was rendered, and the differences."""

    old_chart: str
    new_chart: str
    release_name: str
    namespace: str
    changes: tuple[ClusterChange, ...]

    @property
    def differs(self) -> bool:
        """Whether the upgrade changes anything; what Helm makes up anew each time is no change."""
        return any(change.explanation.kind != "made-up" for change in self.changes)

    @property
    def unexplained(self) -> list[ClusterChange]:
        """What is for a person to look at."""
        return [change for change in self.changes if change.explanation.kind == "none"]


AGAIN = " (once more)"
"""Behind the name of an entry that a later one of the same name makes ineffective."""
