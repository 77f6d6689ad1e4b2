"""What an upgrade changes in the cluster, as plain records; a separate module, since few runs render anything."""

from __future__ import annotations

from typing import Literal, NamedTuple

from migrator.values.edits import Value

HIDDEN = "(hidden)"
"""Shown instead of the data of a Secret in the cluster."""


class Explanation(NamedTuple):
    """What explains a difference in the cluster.

    "step": a step of a migration, `title` says what it does and `text` why; "chart": `text` says what the chart now
    does; "values": the values set it, `text` names which; "version": labels and checksums that follow the version;
    "made-up": Helm generates it anew on each render; "none": unexplained, `text` says what is known.
    """

    kind: Literal["step", "chart", "values", "version", "made-up", "none"]
    migration: str = ""
    step: str = ""
    title: str = ""
    text: str = ""


class ClusterChange(NamedTuple):
    """One field of one object that the upgrade changes in the cluster, or an object added or removed (no `path`)."""

    object: str
    path: str
    kind: Literal["add", "replace", "remove"]
    before: Value
    after: Value
    explanation: Explanation


class ClusterReport(NamedTuple):
    """What an upgrade changes in the cluster: the charts, the rendered release, and the differences."""

    old_chart: str
    new_chart: str
    release_name: str
    namespace: str
    changes: tuple[ClusterChange, ...]

    @property
    def differs(self) -> bool:
        """Whether the upgrade changes anything, apart from what Helm generates anew on each render."""
        return any(change.explanation.kind != "made-up" for change in self.changes)

    @property
    def unexplained(self) -> list[ClusterChange]:
        """The changes that a person has to look at."""
        return [change for change in self.changes if change.explanation.kind == "none"]


AGAIN = " (once more)"
"""Follows the name of an entry that a later entry of the same name overrides."""
